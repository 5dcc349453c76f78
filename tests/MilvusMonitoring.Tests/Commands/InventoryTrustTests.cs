using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.KubePrometheus.Inventories;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>
/// What an inventory may not do: whoever may write ConfigMaps in one namespace may write one. Variants of what UninstallStories play.
/// </summary>
public sealed class InventoryTrustTests
{
    private const string Own = "monitoring";
    private const string Tenant = "a-tenant";

    /// <summary>The tenant's inventory says of each that it is the tenant's stack's.</summary>
    [Theory]
    [InlineData(Own, "another name of the ConfigMap")]
    [InlineData("monitoring-of-others", "another namespace than the ConfigMap's")]
    public async Task What_is_not_in_its_place_is_no_inventory(string claimed, string because)
    {
        await using var stage = await Stage.StartAsync();
        PutNamespace(stage);
        await stage.Objects.PutAsync(Theirs("default"));
        var planted = await PlantedInventory.CreateAsync(stage, claimed, [("v1", "ConfigMap", "configmaps", "default", "theirs")]);
        planted["metadata"]!["namespace"] = Tenant;
        planted["metadata"]!["name"] = claimed == Own ? "mine" : InventoryDocument.Name;
        stage.Cluster.Put(planted);

        var result = (await stage.UninstallAsync()).EnsureNoError();

        Assert.True(stage.Cluster.Find("v1", "ConfigMap", "default", "theirs") is not null, because);
        Assert.Contains("nothing to uninstall", result.Warnings[^1], StringComparison.Ordinal);
        Assert.Equal(claimed == Own ? 1 : 2, result.Warnings.Count);
        (await stage.InstallAsync()).EnsureNoError();
        Assert.Single(await stage.GetAsync());
    }

    [Fact]
    public async Task A_copy_of_a_stacks_inventory_deletes_nothing_of_that_stack()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        PutNamespace(stage);
        stage.Cluster.Put(await PlantedInventory.CopyAsync(stage, Own, real => real with { Namespace = Tenant }));
        stage.ForgetWrites();

        var result = (await stage.UninstallAsync($"-Namespace {Tenant}")).EnsureNoError();

        Assert.Equal(0, Assert.Single(result.OutputOf<KubePrometheusStack>()).Deleted);
        Assert.Equal($"DELETE /api/v1/namespaces/{Tenant}/configmaps/{InventoryDocument.Name}", Assert.Single(stage.Writes));
        Assert.True(result.Warnings.Count < 5);
    }

    [Fact]
    public async Task A_copy_of_a_stacks_inventory_keeps_nothing_of_that_stack()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        PutNamespace(stage);
        stage.Cluster.Put(await PlantedInventory.CopyAsync(stage, Own, real => real with { Namespace = Tenant }));

        Assert.Equal(0, (await stage.InstalledAsync()).Failed);
        Assert.Empty((await stage.InstallAsync(path: Changed(stage))).EnsureNoError().Warnings);
        var removed = Assert.Single((await stage.UninstallAsync($"-Namespace {Own}")).EnsureNoError().OutputOf<KubePrometheusStack>());

        Assert.Equal(removed.Resources.Count, removed.Deleted);
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, Own));
    }

    /// <summary>What contains objects of others is only looked at where the kind says so.</summary>
    [Theory]
    [InlineData("v1", "Namespace", "namespaces", "monitoring")]
    [InlineData(
        "apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", "servicemonitors.monitoring.coreos.com")]
    public async Task An_object_is_not_deleted_as_one_of_another_kind(string apiVersion, string kind, string plural, string name)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Remove("v1", "ConfigMap", Own, InventoryDocument.Name);
        PutNamespace(stage);
        var uid = (string)stage.Cluster.Find(apiVersion, kind, null, name)!["metadata"]!["uid"]!;
        stage.Cluster.Put(
            PlantedInventory.Document(Tenant, [PlantedInventory.Entry(apiVersion, "Widget", plural, null, name) with { Uid = uid }]));

        var result = (await stage.UninstallAsync()).EnsureNoError();

        Assert.Null(stage.Cluster.Find(apiVersion, kind, null, name)!["metadata"]!["deletionTimestamp"]);
        Assert.Contains($"another kind as {plural}", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_other_commands_made_is_no_stacks(bool withUid)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        (await stage.RunAsync("Grant-PrometheusMilvusAccess -Method Binding -Kubeconfig $c")).EnsureNoError();
        (await stage.UninstallAsync("-Force")).EnsureNoError();
        PutNamespace(stage);
        var made = stage.Cluster.List("rbac.authorization.k8s.io/v1", "ClusterRoleBinding")
            .Select(binding => (string)binding["metadata"]!["name"]!)
            .Single(name => name.StartsWith("milvus-monitoring-prometheus-", StringComparison.Ordinal));
        var entry = PlantedInventory.Entry("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", null, made);
        var live = stage.Cluster.Find("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", null, made)!;
        stage.Cluster.Put(PlantedInventory.Document(Tenant, [entry with { Uid = withUid ? (string?)live["metadata"]!["uid"] : null }]));

        var result = (await stage.UninstallAsync()).EnsureNoError();

        Assert.NotNull(stage.Cluster.Find("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", null, made));
        Assert.Contains("Revoke-PrometheusMilvusAccess", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_made_again_since_it_was_applied_is_left_and_named()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var service = stage.Cluster.Find("v1", "Service", Own, "grafana")!;
        stage.Cluster.Remove("v1", "Service", Own, "grafana", atOnce: true);
        service["metadata"]!.AsObject().Remove("uid");
        service["metadata"]!.AsObject().Remove("resourceVersion");
        service["spec"]!.AsObject().Remove("clusterIP");
        service["spec"]!.AsObject().Remove("clusterIPs");
        stage.Cluster.Put(service, "milvus-monitoring");

        var result = (await stage.UninstallAsync()).EnsureNoError();

        Assert.NotNull(stage.Cluster.Find("v1", "Service", Own, "grafana"));
        Assert.Contains(result.Warnings, line =>
            line.StartsWith("Service/monitoring/grafana was left alone, because it was replaced", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, line => line.StartsWith("Namespace/monitoring still contains", StringComparison.Ordinal));
    }

    /// <summary>The digest of the manifests is public: everybody can compute it.</summary>
    [Theory]
    [InlineData(Own, false)]
    [InlineData(Own, true)]
    [InlineData(Tenant, false)]
    [InlineData(Tenant, true)]
    public async Task With_the_digest_of_the_manifests_a_planted_inventory_replaces_no_installation(string ns, bool hasEntries)
    {
        await using var stage = await Stage.StartAsync();
        var all = (await stage.InstalledAsync()).Resources.Count;
        var planted = await PlantedInventory.CopyAsync(stage, Own, real => real with
        {
            Namespace = ns,
            Entries = hasEntries ? [.. real.Entries.Where(entry => entry.File != "grafana-deployment.yaml")] : [],
        });
        (await stage.UninstallAsync()).EnsureNoError();
        PutNamespace(stage, ns);
        stage.Cluster.Put(planted);

        var installed = await stage.InstalledAsync();

        Assert.Equal((all, Own), (installed.Created + installed.Configured, installed.Namespace));
        Assert.NotNull(stage.Cluster.Find("apps/v1", "Deployment", Own, "grafana"));
        Assert.NotNull(stage.Cluster.Find("v1", "ConfigMap", Own, InventoryDocument.Name));
        if (ns == Tenant)
        {
            Assert.True(JsonNode.DeepEquals(
                planted["binaryData"], stage.Cluster.Find("v1", "ConfigMap", Tenant, InventoryDocument.Name)!["binaryData"]));
        }
    }

    [Fact]
    public async Task What_a_tenants_inventory_names_that_nobody_can_read_hides_no_other_stack()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        PutNamespace(stage);
        stage.Cluster.Put(
            PlantedInventory.Document(Tenant, [PlantedInventory.Entry("v1", "ConfigMap", "configmaps", "default", "odd")]));
        stage.Cluster.Faults.Add("GET", "/namespaces/default/configmaps/odd", Fault.WebPage(HttpStatusCode.OK), times: null);

        var result = (await stage.RunAsync("Get-KubePrometheus -Kubeconfig $c")).EnsureNoError();

        Assert.Equal(Own, Assert.Single(result.OutputOf<KubePrometheusStack>()).Namespace);
        Assert.Contains(Tenant, Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_inventory_is_said_once_and_is_in_nobodys_way()
    {
        await using var stage = await Stage.StartAsync();
        for (var number = 0; number < 5; number++)
        {
            PutNamespace(stage, $"tenant-{number}");
            var damaged = PlantedInventory.Document($"tenant-{number}", []);
            damaged["binaryData"]!["inventory.json.gz"] = "AAAA";
            stage.Cluster.Put(damaged);
        }

        var installed = (await stage.InstallAsync()).EnsureNoError();
        var warning = Assert.Single(installed.Warnings);
        Assert.Contains("ConfigMap/tenant-2/milvus-monitoring-kube-prometheus and 2 more", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("Install-KubePrometheus", warning, StringComparison.Ordinal);
        Assert.Single(await stage.GetAsync());
        Assert.Single((await stage.UninstallAsync()).EnsureNoError().Warnings);
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, Own));
    }

    /// <summary>An operator's Deployment says where its Service for kubelets is; a tenant may write one.</summary>
    [Fact]
    public async Task A_planted_inventory_takes_no_Service_of_a_running_operator()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-Wait -Timeout 60");
        await stage.Cluster.WaitForAsync(
            cluster => cluster.Find("v1", "Service", "kube-system", "kubelet") is not null,
            TestContext.Current.CancellationToken);
        stage.Cluster.Remove("v1", "ConfigMap", Own, InventoryDocument.Name);
        PutNamespace(stage);
        var gone = PlantedInventory.Entry("apps/v1", "Deployment", "deployments", Tenant, "gone") with { Component = "prometheus-operator" };
        stage.Cluster.Put(PlantedInventory.Document(Tenant, [gone]));

        (await stage.UninstallAsync()).EnsureNoError();

        Assert.NotNull(stage.Cluster.Find("v1", "Service", "kube-system", "kubelet"));
    }

    private static void PutNamespace(Stage stage, string ns = Tenant) =>
        stage.Cluster.Put(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = ns },
        });

    private static JsonObject Theirs(string ns) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = "theirs", ["namespace"] = ns },
    };

    private static string Changed(Stage stage) => stage.CopyManifests("changed", folder =>
    {
        var file = Path.Combine(folder, "prometheus-clusterRole.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("/metrics\n", "/metrics/new\n", StringComparison.Ordinal));
    });
}
