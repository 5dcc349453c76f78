using EmbeddedCluster;
using MilvusMonitoring.Campaigns;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What an installation leaves in a cluster.</summary>
internal static class StackState
{
    private static readonly Lazy<Task<IReadOnlyList<string>>> s_undisturbed = new(InstallUndisturbedAsync);

    /// <summary>Fails the test where the cluster is not as after an installation that nothing disturbed.</summary>
    public static async Task AssertCompleteAsync(Cluster cluster) =>
        Assert.Equal(await s_undisturbed.Value, ClusterContents.Applied(cluster));

    private static async Task<IReadOnlyList<string>> InstallUndisturbedAsync()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        return ClusterContents.Applied(stage.Cluster);
    }
}
