using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Permissions;

/// <summary>On an embedded cluster, where pods run.</summary>
public sealed class RightsTests : RightsStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync(new ClusterOptions { Rbac = true });

    /// <remarks>What a real server shows by its own authorization is not shown a second time.</remarks>
    private protected override bool CanShow(Proof proof) =>
        KubernetesProgram.ApiServer.Missing is null ? proof is Proof.Pods or Proof.NewServer : proof != Proof.Unready;
}

/// <summary>By the authorization of a real API server.</summary>
[Collection(RealApiServer.Collection)]
public sealed class RightsOnRealServerTests(RealApiServer server) : RightsStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);

    private protected override bool CanShow(Proof proof) => proof is Proof.Anywhere or Proof.Unready;
}
