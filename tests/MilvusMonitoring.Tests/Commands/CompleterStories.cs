using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What Tab offers from any cluster.</summary>
public abstract class CompleterStories
{
    private protected abstract Task<ClusterStage> StartAsync();

    [Theory]
    [InlineData("Enable-MilvusServiceMonitor", "my-release,search")]
    [InlineData("Disable-MilvusServiceMonitor -Instance", "my-release,search")]
    [InlineData("Get-MilvusInstance s", "search")]
    [InlineData("Get-MilvusInstance -Namespace milvus -Name", "search")]
    [InlineData("Test-MilvusMonitoring", "my-release,search")]
    [InlineData("Get-MilvusServiceMonitor", "my-release-milvus")]
    [InlineData("Get-MilvusInstance -Namespace mil", "milvus")]
    [InlineData("Grant-PrometheusMilvusAccess -Namespace milvus, def", "default")]
    [InlineData("Start-MonitoringPortForward -Namespace milvus -ServiceName", "search-milvus")]
    [InlineData("Start-MonitoringPortForward -Namespace milvus -ServiceName search-milvus -Port m", "metrics,milvus")]
    [InlineData("Grant-PrometheusMilvusAccess -ClusterRole vie", "view")]
    public async Task Names_come_from_the_cluster_that_is_meant(string typed, string expected)
    {
        await using var stage = await StartAsync();
        await stage.DefineMonitorsAsync();
        await stage.PutAsync(new SampleMilvus());
        await stage.PutAsync(new SampleMilvus { Name = "search", Namespace = "milvus" });
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();

        // A machine under load may be slower than what Tab waits for; a person presses it again.
        IReadOnlyList<string> offered = [];
        await Stage.UntilAsync(() => (offered = Complete(stage, typed)).Count > 0);
        Assert.Equal(expected.Split(','), offered);
    }

    private static IReadOnlyList<string> Complete(ClusterStage stage, string typed)
    {
        var (command, rest) = typed.Split(' ', 2) is [var name, var more] ? (name, more) : (typed, "");
        var gap =
            rest.Length == 0 || rest.EndsWith("Name", StringComparison.Ordinal) || rest.EndsWith("Instance", StringComparison.Ordinal)
                ? " "
                : "";
        return stage.Complete($"{command} -Kubeconfig '{stage.Kubeconfig}' {rest}{gap}");
    }
}
