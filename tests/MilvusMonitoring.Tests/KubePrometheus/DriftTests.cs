using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Tests.KubePrometheus;

public sealed class DriftTests
{
    private static readonly InventoryEntry Entry = new()
    {
        Group = "apps",
        Version = "v1",
        Kind = "Deployment",
        Plural = "deployments",
        Namespace = "monitoring",
        Name = "grafana",
        Component = "grafana",
        Uid = "u1",
        ResourceVersion = "10",
        OwnedFields = "ours",
        ManifestHash = "h",
    };

    private static readonly ObjectMetadata AsApplied = Live("u1", "10", "ours");

    [Fact]
    public void An_object_that_nobody_has_touched_is_as_applied()
    {
        Assert.Null(Drift.Find(Entry, AsApplied));
        Assert.True(Drift.IsAsApplied(Entry, AsApplied));
    }

    [Fact]
    public void A_moved_resource_version_alone_is_no_drift_while_our_fields_are_still_ours() =>
        Assert.Null(Drift.Find(Entry, Live("u1", "99", "ours", Other("kube-controller-manager", "status", 5))));

    [Fact]
    public void A_field_that_another_manager_has_taken_is_drift_and_the_manager_is_named() =>
        Assert.Equal(
            new Drift(DriftKind.Changed, "kubectl-edit"),
            Drift.Find(
                Entry,
                Live(
                    "u1",
                    "99",
                    "fewer",
                    Other("kubectl-edit", "", 5),
                    Other("earlier", "", 1),
                    Other("kube-controller-manager", "status", 9))));

    [Fact]
    public void A_controller_that_reports_a_status_is_not_named_if_somebody_else_has_written() =>
        Assert.Equal(
            new Drift(DriftKind.Changed, "kubectl-edit"),
            Drift.Find(
                Entry,
                Live(
                    "u1",
                    "99",
                    "fewer",
                    Other("kubectl-edit", "", 5),
                    Other("kube-controller-manager", "", 9) with
                    {
                        WritesStatus = true,
                    })));

    [Fact]
    public void Who_scales_changes_the_object() => Assert.Equal(
        new Drift(DriftKind.Changed, "kubectl"),
        Drift.Find(Entry, Live("u1", "99", "fewer", Other("kubectl", "scale", 5), Other("controller", "status", 9))));

    /// <summary>Inventories of earlier versions record no time.</summary>
    [Theory]
    [InlineData(0, null)]
    [InlineData(null, null)]
    [InlineData(7, "milvus-monitoring")]
    public void What_another_stack_of_this_module_has_applied_is_drift(int? second, string? manager)
    {
        DateTimeOffset? time = second is { } number ? DateTimeOffset.UnixEpoch.AddSeconds(number) : null;
        var drift = Drift.Find(Entry with { OwnedAt = time }, Live("u1", "99", "ours"));
        Assert.Equal(manager is null ? null : new Drift(DriftKind.Changed, manager), drift);
    }

    [Fact]
    public void Lost_managed_fields_are_drift() =>
        Assert.Equal(new Drift(DriftKind.Changed), Drift.Find(Entry, Live("u1", "99", null)));

    [Theory]
    [InlineData(DriftKind.Missing, null, "missing", "missing")]
    [InlineData(DriftKind.NotFinished, null, "not finished", "not finished")]
    [InlineData(DriftKind.Replaced, null, "replaced", "replaced")]
    [InlineData(DriftKind.Changed, "kubectl-edit", "changed", "changed by kubectl-edit")]
    [InlineData(DriftKind.Changed, null, "changed", "changed by an unknown manager")]
    public void Drift_has_a_word_and_a_text(object kind, string? manager, string status, string text)
    {
        var drift = new Drift((DriftKind)kind, manager);
        Assert.Equal((status, text), (drift.Status, drift.ToString()));
    }

    [Fact]
    public void An_object_that_was_applied_with_no_field_has_nothing_that_could_drift() =>
        Assert.Null(Drift.Find(Entry with { OwnedFields = null }, Live("u1", "99", null, Other("kube-controller-manager", "", 5))));

    [Fact]
    public void A_missing_or_replaced_object_is_drift()
    {
        Assert.Equal(new Drift(DriftKind.Missing), Drift.Find(Entry, null));
        Assert.Equal(new Drift(DriftKind.Replaced), Drift.Find(Entry, Live("u2", "10", "ours")));
        Assert.Equal(new Drift(DriftKind.NotFinished), Drift.Find(Entry with { Uid = null }, AsApplied));
    }

    [Fact]
    public void An_object_that_is_being_deleted_is_not_as_applied() =>
        Assert.False(Drift.IsAsApplied(Entry, AsApplied with { DeletionTimestamp = DateTimeOffset.UnixEpoch }));

    [Fact]
    public void What_is_others_does_not_drift() => Assert.Null(Drift.Find(Entry with { LeftAlone = "of others" }, null));

    private static ObjectMetadata Live(string uid, string resourceVersion, string? owned, params FieldManagerEntry[] others) =>
        new()
        {
            Name = "grafana",
            Namespace = "monitoring",
            Uid = uid,
            ResourceVersion = resourceVersion,
            Managers = owned is null
                ? others
                : [new FieldManagerEntry(FieldManagerEntry.OurName, "Apply", "", DateTimeOffset.UnixEpoch, owned), .. others],
        };

    private static FieldManagerEntry Other(string name, string subresource, int second) =>
        new(name, "Update", subresource, DateTimeOffset.UnixEpoch.AddSeconds(second), "theirs");
}
