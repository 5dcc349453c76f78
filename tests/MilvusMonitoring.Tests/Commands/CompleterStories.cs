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
    [InlineData("Grant-PrometheusMilvusAccess -ClusterRole vie", "view")]
    public async Task Names_come_from_the_cluster_that_is_meant(string typed, string expected)
    {
        await using var stage = await StartAsync();
        await stage.DefineMonitorsAsync();
        await stage.PutAsync(new SampleMilvus());
        await stage.PutAsync(new SampleMilvus { Name = "search", Namespace = "milvus" });
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();

        Assert.Equal(expected.Split(','), Complete(stage, typed));
    }

    private protected static List<string> Complete(ClusterStage stage, string typed, string? kubeconfig = null)
    {
        var (command, rest) = typed.Split(' ', 2) is [var name, var more] ? (name, more) : (typed, "");
        return [.. stage.Session.Complete($"{command} -Kubeconfig '{kubeconfig ?? stage.Kubeconfig}' {rest}{(rest.Length == 0 || rest.EndsWith("Name", StringComparison.Ordinal) || rest.EndsWith("Instance", StringComparison.Ordinal) ? " " : "")}")
            .Select(completion => completion.CompletionText).Where(text => !text.StartsWith("./", StringComparison.Ordinal) && !text.StartsWith(".\\", StringComparison.Ordinal))];
    }
}
