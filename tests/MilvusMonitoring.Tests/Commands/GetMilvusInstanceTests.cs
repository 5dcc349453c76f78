using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>The stories of <c>Get-MilvusInstance</c> on an embedded cluster.</summary>
public sealed class GetMilvusInstanceTests : InstanceStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync(new ClusterOptions { Rbac = true });
}
