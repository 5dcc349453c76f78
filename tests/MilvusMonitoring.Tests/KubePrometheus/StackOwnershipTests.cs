using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Tests.KubePrometheus;

public sealed class StackOwnershipTests
{
    private const string Ours = FieldManagerEntry.OurName;

    [Theory]
    [InlineData("u", "u", Ours, "Apply", "", true)]
    [InlineData("u", "other", Ours, "Apply", "", false)]
    [InlineData("u", "u", Ours, "Update", "", false)]
    [InlineData("u", "u", Ours, "Apply", "status", false)]
    [InlineData("u", "u", "kubectl", "Apply", "", false)]
    [InlineData("u", "u", "milvus-monitoring-restart", "Update", "", false)]
    [InlineData(null, "u", Ours, "Apply", "", true)]
    [InlineData(null, "u", "kubectl", "Apply", "", false)]
    public void An_object_is_shown_to_be_the_stacks_by_its_UID_and_by_our_apply(
        string? recorded,
        string uid,
        string manager,
        string operation,
        string subresource,
        bool isShown)
    {
        var doubt = StackOwnership.FindDoubt(Entry("a", "fields", recorded), Live(uid, (manager, operation, subresource)), "monitoring");
        Assert.Equal(isShown, doubt is null);
    }

    /// <summary>Of an object without fields, the API server keeps no manager; controllers may add some.</summary>
    [Theory]
    [InlineData("monitoring", null, "u", null, true)]
    [InlineData("monitoring", null, "u", "kube-controller-manager", true)]
    [InlineData("monitoring", null, "u", "kubectl-create", false)]
    [InlineData("monitoring", "fields", "u", null, false)]
    [InlineData("monitoring", null, null, null, false)]
    [InlineData("kube-system", null, "u", null, false)]
    [InlineData(null, null, "u", null, false)]
    public void Without_any_field_the_UID_is_enough_in_the_namespace_of_the_inventory_only(
        string? ns,
        string? owned,
        string? recorded,
        string? manager,
        bool isShown)
    {
        (string, string, string)[] managers = manager is null ? [] : [(manager, "Update", string.Empty)];
        Assert.Equal(isShown, StackOwnership.FindDoubt(Entry(ns, owned, recorded), Live("u", managers), "monitoring") is null);
    }

    private static InventoryEntry Entry(string? ns, string? owned, string? uid) => new()
    {
        Group = string.Empty,
        Version = "v1",
        Kind = "ServiceAccount",
        Plural = "serviceaccounts",
        Namespace = ns,
        Name = "grafana",
        Component = "grafana",
        Uid = uid,
        OwnedFields = owned,
    };

    private static ObjectMetadata Live(string uid, params (string Name, string Operation, string Subresource)[] managers) => new()
    {
        Name = "grafana",
        Uid = uid,
        ResourceVersion = "1",
        Managers = [.. managers.Select(entry => new FieldManagerEntry(entry.Name, entry.Operation, entry.Subresource, null, "f"))],
    };
}
