using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What Tab offers from any cluster.</summary>
public abstract class CompleterStories : ClusterStories
{
    private static readonly (string Typed, string Expected)[] s_completions =
    [
        ("Enable-MilvusServiceMonitor", "my-release,search"),
        ("Disable-MilvusServiceMonitor -Instance", "my-release,search"),
        ("Get-MilvusInstance s", "search"),
        ("Get-MilvusInstance -Namespace milvus -Name", "search"),
        ("Test-MilvusMonitoring", "my-release,search"),
        ("Get-MilvusServiceMonitor", "my-release-milvus"),
        ("Get-MilvusInstance -Namespace mil", "milvus"),
        ("Grant-PrometheusMilvusAccess -Namespace milvus, def", "default"),
        ("Start-MonitoringPortForward -Namespace milvus -ServiceName", "search-milvus"),
        ("Start-MonitoringPortForward -Namespace milvus -ServiceName search-milvus -Port m", "metrics,milvus"),
        ("Grant-PrometheusMilvusAccess -ClusterRole vie", "view"),
    ];

    [Fact]
    public async Task Names_come_from_the_cluster_that_is_meant()
    {
        await using var stage = await StartAsync(StartingPoint.Definitions);
        await stage.PutAsync(new SampleMilvus());
        await stage.PutAsync(new SampleMilvus { Name = "search", Namespace = "milvus" });
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();

        foreach (var (typed, expected) in s_completions)
        {
            // A machine under load may be slower than what Tab waits for; a person presses it again.
            IReadOnlyList<string> offered = [];
            await Stage.UntilAsync(() => (offered = Complete(stage, typed)).Count > 0);
            Assert.Equal($"{typed} → {expected}", $"{typed} → {string.Join(',', offered)}");
        }
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
