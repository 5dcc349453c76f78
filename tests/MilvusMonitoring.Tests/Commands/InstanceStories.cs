using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary><c>Get-MilvusInstance</c> on any cluster.</summary>
public abstract class InstanceStories : ClusterStories
{
    private static readonly JsonObject Standalone = JsonNode.Parse("""{"cluster":{"enabled":false}}""")!.AsObject();

    [Fact]
    public async Task Every_Milvus_is_shown_whatever_manages_it()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        await stage.PutAsync(new SampleMilvus { Values = Standalone });
        await stage.PutAsync(new SampleMilvus { Name = "vectors", Namespace = "db", InConfigMap = true, ChartVersion = "4.1.36" });
        await stage.PutReleaseAsync(new SampleMilvus { Name = "other", Chart = "redis" });
        await stage.PutReleaseAsync(new SampleMilvus { Name = "gone", Status = "uninstalled" });
        await stage.DefineAsync("milvus.io", "v1beta1", "milvuses", "Milvus");
        await stage.PutAsync("""
            {"apiVersion":"milvus.io/v1beta1","kind":"Milvus","metadata":{"name":"operated","namespace":"default"},
             "spec":{"mode":"cluster","components":{"disableMetric":true,"image":"registry:5000/milvusdb/milvus:v2.5.4@sha256:0"}},"status":{"status":"Healthy"}}
            """);

        var found = (await stage.RunAsync("Get-MilvusInstance -Kubeconfig $c")).EnsureNoError().OutputOf<MilvusInstance>();
        Assert.Equal(["db/vectors", "default/my-release", "default/operated"], found.Select(instance => instance.ToString()));
        Assert.Equal((MilvusMode.Cluster, "4.1.36", "v2.6.15", MilvusManager.Helm, "deployed", "vectors-milvus"), Shown(found[0]));
        Assert.Equal(
            (MilvusMode.Standalone, "5.0.19", "v2.6.15", MilvusManager.Helm, "deployed", "my-release-milvus-standalone"),
            Shown(found[1]));
        Assert.Equal((MilvusMode.Cluster, null, "v2.5.4", MilvusManager.Operator, "Healthy", "operated"), Shown(found[2]));
        Assert.Equal([true, true, false], found.Select(instance => instance.MetricsEnabled));
        Assert.Equal([false, false, false], found.Select(instance => instance.MonitorEnabled));
        Assert.All(found, instance => Assert.Equal((stage.Context, stage.Kubeconfig), (instance.Context, instance.Kubeconfig)));
    }

    [Fact]
    public async Task Of_a_release_the_newest_revision_counts_and_values_come_from_the_newest_deployed_one()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        await stage.PutReleaseAsync(new SampleMilvus { Revision = 9, Status = "superseded" });
        await stage.PutReleaseAsync(new SampleMilvus { Revision = 10, Values = Standalone });
        await stage.PutReleaseAsync(new SampleMilvus { Revision = 11, Status = "pending-upgrade" });

        stage.ForgetWrites();
        var instance = Assert.Single(
            (await stage.RunAsync("Get-MilvusInstance my-release -Kubeconfig $c")).EnsureNoError().OutputOf<MilvusInstance>());
        Assert.Equal((11, "pending-upgrade", MilvusMode.Standalone), (instance.Revision, instance.Status, instance.Mode));
    }

    [Fact]
    public async Task A_damaged_record_is_one_warning()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        await stage.PutReleaseAsync(new SampleMilvus());
        await stage.PutAsync("""
            {"apiVersion":"v1","kind":"Secret","type":"helm.sh/release.v1","metadata":{"name":"sh.helm.release.v1.bad.v1","namespace":"default","labels":{"owner":"helm","name":"bad","version":"1","status":"deployed"}},"data":{"release":"AAAA"}}
            """);
        var result = (await stage.RunAsync("Get-MilvusInstance -Kubeconfig $c")).EnsureNoError();
        Assert.Single(result.Output);
        Assert.Contains("Secret/default/sh.helm.release.v1.bad.v1", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_may_have_wildcards_and_a_wrong_one_suggests_others()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        await stage.PutReleaseAsync(new SampleMilvus { Name = "search-a" });
        await stage.PutReleaseAsync(new SampleMilvus { Name = "search-b", Namespace = "db" });
        Assert.Equal(2, (await stage.RunAsync("Get-MilvusInstance search-* -Kubeconfig $c")).EnsureNoError().Output.Count);
        Assert.Single((await stage.RunAsync("Get-MilvusInstance -Namespace db -Kubeconfig $c")).EnsureNoError().Output);
        Assert.Empty((await stage.RunAsync("Get-MilvusInstance nothing* -Kubeconfig $c")).EnsureNoError().Output);
        Assert.Contains(
            "'search-a'",
            (await stage.RunAsync("Get-MilvusInstance serch-a -Kubeconfig $c")).OnlyError(ErrorId.InstanceNotFound),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_see_all_namespaces_gets_the_one_of_the_context_and_a_warning()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        await stage.PutReleaseAsync(new SampleMilvus());
        await stage.PutReleaseAsync(new SampleMilvus { Name = "hidden", Namespace = "db" });
        await stage.PutAsync(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"r","namespace":"default"},"rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["get","list"]}]}"""
        );
        await stage.PutAsync(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"r","namespace":"default"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"reader"}]}"""
        );

        var result = (await stage.RunAsync("Get-MilvusInstance -Kubeconfig $c", stage.WriteKubeconfig("reader"))).EnsureNoError();
        var instance = Assert.Single(result.OutputOf<MilvusInstance>());
        Assert.Equal(("default/my-release", (bool?)null), (instance.ToString(), instance.MonitorEnabled));
        Assert.Contains("Only namespace default was searched", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Contains(
            "secrets",
            (await stage.RunAsync("Get-MilvusInstance -Namespace db -Kubeconfig $c", stage.WriteKubeconfig("reader"))).OnlyError(
                ErrorId.PermissionDenied),
            StringComparison.Ordinal);
    }

    private static (MilvusMode Mode, string? Chart, string? App, MilvusManager Manager, string Status, string Monitor) Shown(
        MilvusInstance instance
    ) => (instance.Mode, instance.ChartVersion, instance.AppVersion, instance.ManagedBy, instance.Status, instance.MonitorName);
}
