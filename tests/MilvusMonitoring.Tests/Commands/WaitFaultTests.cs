using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Stacks that do not become ready.</summary>
public sealed class WaitFaultTests
{
    private const string Reason =
        "failed to resolve reference \\\"docker.io/grafana/grafana:1\\\": dial tcp: lookup registry-1.docker.io on 10.96.0.10:53: no "
            + "such host";

    [Fact]
    public async Task What_is_not_ready_in_time_is_named_with_the_reason_its_pod_gives()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Readiness.Never("Deployment", "monitoring", "grafana");
        stage.Cluster.Readiness.Never("DaemonSet", "monitoring", "node-exporter");
        await stage.InstalledAsync();
        await stage.Cluster.WaitForAsync(
            cluster => GrafanaPod(cluster)?["status"]?["conditions"] is not null,
            TestContext.Current.CancellationToken);
        var pod = GrafanaPod(stage.Cluster)!;
        pod["status"]!["containerStatuses"] = JsonNode.Parse("""
            [{"name":"grafana","ready":false,"restartCount":0,"image":"grafana/grafana:1","imageID":"",
              "state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image \"grafana/grafana:1\""}}}]
            """);
        stage.Put($$"""
            {"apiVersion":"v1","kind":"Event","metadata":{"name":"pull","namespace":"monitoring"},"reason":"Failed","type":"Warning",
             "involvedObject":{"kind":"Pod","namespace":"monitoring","name":"{{pod["metadata"]![
                "name"
            ]}}"},"message":"Failed to pull image \"grafana/grafana:1\": {{Reason}}"}
            """
        );
        stage.Cluster.Put(pod, "kubelet");

        stage.Cluster.Requests.Clear();
        var result = await stage.InstallAsync("-Wait -Timeout 2 -Verbose");

        // The wait is by watches: however long it is, it asks no more.
        Assert.InRange(stage.Cluster.Requests.Count, 1, 100);

        var error = Assert.Single(result.Errors);
        Assert.StartsWith(ErrorId.NotReady, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Deployment/monitoring/grafana", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "image grafana/grafana:1 cannot be pulled (lookup registry-1.docker.io on 10.96.0.10:53: no such host)",
            error.ToString(),
            StringComparison.Ordinal);
        Assert.Contains("-ImageRegistry", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("DaemonSet/monitoring/node-exporter (0 of 1 replicas", error.ToString(), StringComparison.Ordinal);
        var stack = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal(stack.Resources.Count, stack.Unchanged);
        Assert.Equal(
            ["DaemonSet/monitoring/node-exporter", "Deployment/monitoring/grafana"],
            stack.Resources.Where(resource => resource.Ready is false).Select(resource => resource.ToString()).Order());
        var whole = stack.Resources.Single(resource => resource is { Ready: false, Kind: "Deployment" }).Message;
        Assert.Contains("container grafana ImagePullBackOff (Back-off pulling image", whole, StringComparison.Ordinal);
        Assert.Contains("failed to resolve reference", whole, StringComparison.Ordinal);
        Assert.Contains(result.Verbose, line => line.Contains("failed to resolve reference", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Deployment", "grafana", "ReplicaSet", "grafana-69649d5d77")]
    [InlineData("DaemonSet", "node-exporter", "DaemonSet", "node-exporter")]
    [InlineData("Prometheus", "k8s", "StatefulSet", "prometheus-k8s")]
    public async Task What_no_waiting_mends_is_not_waited_for(string kind, string name, string controlled, string controlledName)
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Readiness.Never(kind, "monitoring", name);
        await stage.InstalledAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var refusing = RefuseAsync(stage, controlled, controlledName, stop.Token);
        var result = await stage.InstallAsync("-Wait -Timeout 1h");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refusing);

        var error = Assert.Single(result.Errors);
        Assert.StartsWith(ErrorId.NotReady, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("Not ready, and waiting longer does not help: ", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            $"no pod of {kind}/monitoring/{name} can be created (exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0)",
            error.ToString(),
            StringComparison.Ordinal);
    }

    // As a controller does again and again, which makes one event of similar ones.
    private static async Task RefuseAsync(Stage stage, string kind, string name, CancellationToken token)
    {
        for (var count = 1; ; count++)
        {
            stage.Put($$"""
                {"apiVersion":"v1","kind":"Event","metadata":{"name":"refused","namespace":"monitoring"},"reason":"FailedCreate","type":"Warning","count":{{count}},
                 "involvedObject":{"kind":"{{kind}}","namespace":"monitoring","name":"{{name}}"},
                 "message":"Error creating: pods \"a\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0"}
                """);
            await Task.Delay(100, token);
        }
    }

    private static JsonObject? GrafanaPod(Cluster cluster) =>
        cluster
            .List("v1", "Pod", "monitoring")
            .FirstOrDefault(pod => ((string)pod["metadata"]!["name"]!).StartsWith("grafana-", StringComparison.Ordinal));
}
