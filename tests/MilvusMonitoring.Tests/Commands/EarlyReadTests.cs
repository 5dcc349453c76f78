using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>A re-install in a session that has seen the stack before.</summary>
public sealed class EarlyReadTests
{
    private const string Inventories = "*configmaps?*labelSelector=milvus-monitoring*";

    [Fact]
    public async Task The_objects_are_read_before_the_inventory_has_come()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Requests.Clear();
        var hanging = stage.Cluster.Faults.Add("GET", Inventories, Fault.Hang, times: null);

        var installing = stage.InstallAsync();
        await Stage.UntilAsync(() => hanging.Taken > 0 && Reads(stage, "/namespaces/monitoring/serviceaccounts"));

        await stage.Session.StopAsync();
        Assert.True((await installing).Stopped);
    }

    [Fact]
    public async Task What_another_has_installed_since_is_what_counts()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        (await stage.InstallAsync("-ExcludeComponent grafana", kubeconfig: stage.WriteKubeconfig("another", "system:masters"))).EnsureNoError();
        stage.Cluster.Remove("apps/v1", "Deployment", "monitoring", "prometheus-operator");

        var again = await stage.InstalledAsync();

        Assert.Equal(again.Resources.Count, again.Created + again.Configured + again.Unchanged);
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    private static bool Reads(Stage stage, string path) =>
        stage.Cluster.Requests.All.Any(request => request.Method == "GET" && request.Path.Contains(path, StringComparison.Ordinal));
}
