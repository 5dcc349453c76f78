namespace MilvusMonitoring.Tests.Commands;

/// <summary>The stories of a cluster without CRDs on an embedded cluster.</summary>
public sealed class BareClusterTests : BareClusterStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync();
}
