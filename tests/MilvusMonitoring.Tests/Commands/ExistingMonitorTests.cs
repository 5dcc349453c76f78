using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Enable-MilvusServiceMonitor where a monitor of others, or of helm, may scrape the Milvus already.</summary>
public sealed class ExistingMonitorTests
{
    private const string Get = "Get-MilvusInstance -Kubeconfig $c";
    private const string Enable = "Enable-MilvusServiceMonitor my-release -Kubeconfig $c ";

    private static readonly JsonObject Standalone = Parse("""{"cluster":{"enabled":false}}""");

    [Theory]
    [InlineData("any-name", "kubectl-client-side-apply")]
    [InlineData("my-release-milvus-standalone", "argocd-controller")]
    public async Task A_monitor_of_others_that_scrapes_already_is_not_doubled(string name, string manager)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutAppliedAsync(new SampleMilvus(), "{}", "{}");
        await stage.PutAsync(MonitorJson(name, """{"app.kubernetes.io/instance":"my-release"}"""), manager);

        var instance = Assert.Single((await stage.RunAsync(Get)).EnsureNoError().OutputOf<MilvusInstance>());
        Assert.Equal((true, name), (instance.MonitorEnabled, instance.MonitorName));
        stage.ForgetWrites();
        var shown = Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal((ResourceAction.Unchanged, name, $"applied by {manager}"), (shown.Action, shown.Name, shown.Message));
        Assert.Contains(manager, (await stage.RunAsync(Enable + "-Interval 5m")).OnlyError(ErrorId.FieldConflict), StringComparison.Ordinal);
        Assert.Empty(stage.Writes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_monitor_in_another_namespace_that_scrapes_already_is_not_doubled(bool hasRecord)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        await stage.PutNamespaceAsync("monitoring");
        var milvus = new SampleMilvus { Values = Standalone };
        if (hasRecord)
        {
            await stage.PutReleaseAsync(milvus);
        }

        await stage.PutAppliedAsync(milvus, "{}", hasRecord ? EveryMilvusStage.WriteOwner("my-release", "default") : "{}");
        await stage.PutAsync(
            """
            {"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"milvus","namespace":"monitoring"},
             "spec":{"namespaceSelector":{"matchNames":["default"]},"selector":{"matchLabels":{"app.kubernetes.io/name":"milvus"} },
                     "endpoints":[{"port":"metrics","interval":"30s"}]} }
            """,
            "somebody");

        stage.ForgetWrites();
        var shown = Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>());
        Assert.Equal(
            (ResourceAction.Unchanged, "ServiceMonitor/monitoring/milvus", "applied by somebody"),
            (shown.Action, shown.ToString(), shown.Message));
        Assert.Contains("somebody", (await stage.RunAsync(Enable + "-Interval 5m")).OnlyError(ErrorId.FieldConflict), StringComparison.Ordinal);
        Assert.Empty(stage.Writes);
    }

    [Theory]
    [InlineData("ServiceMonitor", """ "endpoints":[{"targetPort":9091}] """, ResourceAction.Unchanged)]
    [InlineData("PodMonitor", """ "podMetricsEndpoints":[{"port":"metrics"}] """, ResourceAction.Unchanged)]
    [InlineData("PodMonitor", """ "podMetricsEndpoints":[{"portNumber":9091}] """, ResourceAction.Unchanged)]
    [InlineData("PodMonitor", """ "podMetricsEndpoints":[{"path":"/stats/prometheus"}] """, ResourceAction.Created)]
    [InlineData("ServiceMonitor", """ "endpoints":[{"port":"http-envoy-prom"}] """, ResourceAction.Created)]
    public async Task A_monitor_of_every_pod_counts_only_if_it_scrapes_the_metrics_of_Milvus(
        string kind,
        string endpoints,
        ResourceAction action)
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        var milvus = new SampleMilvus { Values = Standalone };
        await stage.PutReleaseAsync(milvus);
        await stage.PutAppliedAsync(milvus, "{}", EveryMilvusStage.WriteOwner("my-release", "default"));
        await stage.PutAsync(
            $$$"""
            {"apiVersion":"monitoring.coreos.com/v1","kind":"{{{kind}}}","metadata":{"name":"all","namespace":"kube-system"},
             "spec":{"namespaceSelector":{"any":true},"selector":{},{{{endpoints}}} } }
            """);

        Assert.Equal(
            action,
            Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>()).Action);
    }

    [Fact]
    public async Task A_monitor_that_helm_made_and_that_scrapes_is_left_as_it_is()
    {
        await using var stage = await EveryMilvusStage.StartAsync();
        var milvus = new SampleMilvus { Values = Parse("""{"cluster":{"enabled":false},"metrics":{"serviceMonitor":{"enabled":true}}}""") };
        await stage.PutReleaseAsync(milvus);
        await stage.PutAppliedAsync(milvus, "{}", EveryMilvusStage.WriteOwner("my-release", "default"));
        var monitor = JsonNode.Parse(
            MonitorJson("my-release-milvus-standalone", """{"app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"my-release"}"""))!;
        monitor["metadata"]!["annotations"] = Parse(EveryMilvusStage.WriteOwner("my-release", "default"));
        await stage.Objects.PutAsync(monitor.AsObject(), "helm");

        var shown = Assert.Single((await stage.RunAsync(Enable)).EnsureNoError().OutputOf<MilvusServiceMonitor>());

        Assert.Equal((ResourceAction.Unchanged, (int?)1), (shown.Action, shown.Endpoints));
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    private static string MonitorJson(string name, string selector) => $$$"""
        {"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"{{{name}}}","namespace":"default"},
         "spec":{"selector":{"matchLabels":{{{selector}}}},"endpoints":[{"port":"metrics","interval":"30s"}]} }
        """;
}
