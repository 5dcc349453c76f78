using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Stacks;

/// <summary>kube-prometheus-stack of the real helm on the embedded cluster.</summary>
public sealed class HelmStackTests : HelmStackStories
{
    private protected override async Task<ClusterStage> StartAsync() =>
        await Stage.StartAsync(new ClusterOptions { Rbac = true });
}
