using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Stacks that do not become ready.</summary>
public sealed class WaitFaultTests
{
    [Fact]
    public async Task What_is_not_ready_in_time_is_named_with_the_reason_its_pod_gives()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Readiness.Never("Deployment", "monitoring", "grafana");
        stage.Cluster.Readiness.Never("DaemonSet", "monitoring", "node-exporter");
        await stage.InstalledAsync();
        await stage.Cluster.WaitForAsync(cluster => GrafanaPod(cluster)?["status"]?["conditions"] is not null, TestContext.Current.CancellationToken);
        var pod = GrafanaPod(stage.Cluster)!;
        pod["status"]!["containerStatuses"] = JsonNode.Parse("""
            [{"name":"grafana","ready":false,"restartCount":0,"image":"grafana/grafana:1","imageID":"",
              "state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image \"grafana/grafana:1\""}}}]
            """);
        stage.Cluster.Put(pod, "kubelet");

        var result = await stage.InstallAsync("-Wait -Timeout 2");

        var error = Assert.Single(result.Errors);
        Assert.StartsWith(ErrorId.NotReady, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Deployment/monitoring/grafana", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("container grafana ImagePullBackOff (Back-off pulling image", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("DaemonSet/monitoring/node-exporter (0 of 1 replicas", error.ToString(), StringComparison.Ordinal);
        var stack = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal(stack.Resources.Count, stack.Unchanged);
        Assert.Equal(
            ["DaemonSet/monitoring/node-exporter", "Deployment/monitoring/grafana"],
            stack.Resources.Where(resource => resource.Ready is false).Select(resource => resource.ToString()).Order());
    }

    private static JsonObject? GrafanaPod(Cluster cluster) =>
        cluster.List("v1", "Pod", "monitoring").FirstOrDefault(pod => ((string)pod["metadata"]!["name"]!).StartsWith("grafana-", StringComparison.Ordinal));
}
