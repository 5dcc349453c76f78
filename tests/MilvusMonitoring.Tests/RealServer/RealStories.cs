using MilvusMonitoring.Tests.Alerts;
using MilvusMonitoring.Tests.Commands;
using MilvusMonitoring.Tests.Dashboards;
using MilvusMonitoring.Tests.Stacks;

namespace MilvusMonitoring.Tests;

// What holds on the embedded cluster has to hold on a real server: where the two differ, the embedded one is wrong.
// The node's API server is the same program, so that only the stories of what its controllers and pods take part in play there too.

[Collection(RealApiServer.Collection)]
public sealed class BareClusterOnRealServerTests(RealApiServer server) : BareClusterStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealApiServer.Collection)]
public sealed class InstallOnRealServerTests(RealApiServer server) : InstallStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealApiServer.Collection)]
public sealed class UninstallOnRealServerTests(RealApiServer server) : UninstallStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealApiServer.Collection)]
public sealed class AccessOnRealServerTests(RealApiServer server) : AccessStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealApiServer.Collection)]
public sealed class ReceiversOnRealServerTests(RealApiServer server) : ReceiverStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealApiServer.Collection)]
public sealed class MonitorsOnRealServerTests(RealApiServer server) : MonitorStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealApiServer.Collection)]
public sealed class AlertRulesOnRealServerTests(RealApiServer server) : AlertRuleStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealApiServer.Collection)]
public sealed class DashboardsOnRealServerTests(RealApiServer server) : DashboardStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealApiServer.Collection)]
public sealed class InstancesOnRealServerTests(RealApiServer server) : InstanceStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealApiServer.Collection)]
public sealed class CompletersOnRealServerTests(RealApiServer server) : CompleterStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealApiServer.Collection)]
public sealed class HelmStackOnRealServerTests(RealApiServer server) : HelmStackStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(server, point);
}

[Collection(RealNode.Collection)]
public sealed class MonitorsOnRealNodeTests(RealNode node) : MonitorStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(node, point);
}

[Collection(RealNode.Collection)]
public sealed class InstancesOnRealNodeTests(RealNode node) : InstanceStories
{
    private protected override Task<ClusterStage> StartAsync() => StartAsync(StartingPoint.Bare);

    private protected override async Task<ClusterStage> StartAsync(StartingPoint point) => await ServerStage.StartAsync(node, point);
}
