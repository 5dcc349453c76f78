namespace MilvusMonitoring.Tests.Commands;

/// <summary>The stories of ServiceMonitors on an embedded cluster, and those that need one.</summary>
public sealed class MilvusServiceMonitorTests : MonitorStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync();

    [Fact]
    public async Task Objects_of_two_clusters_in_one_pipeline_each_act_on_their_own()
    {
        await using var one = await StartWithMilvusAsync();
        await using var other = await StartWithMilvusAsync();
        var result = await one.Session.InvokeAsync(
            "param($a, $b) @(Get-MilvusInstance -Kubeconfig $a) + @(Get-MilvusInstance -Kubeconfig $b) | Enable-MilvusServiceMonitor",
            new { a = one.Kubeconfig, b = other.Kubeconfig });
        Assert.Equal(
            [one.Kubeconfig, other.Kubeconfig],
            result.EnsureNoError().OutputOf<MilvusServiceMonitor>().Select(monitor => monitor.Kubeconfig));
        Assert.NotNull(await one.MonitorAsync(Name));
        Assert.NotNull(await other.MonitorAsync(Name));
    }
}
