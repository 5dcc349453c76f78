using System.Text.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class ReachRuleTests
{
    private const string Usual = """{"app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"demo"}""";
    private const string Metrics = """{"port":"metrics"}""";

    [Theory]
    [InlineData(Usual, "metrics", Usual, "metrics", Metrics, null)]
    [InlineData(Usual, "metrics", """{"app":"other"}""", "metrics", Metrics, "no Service leads to it")]
    [InlineData(Usual, "metrics", Usual, "http", Metrics, "its Service s has no port named 'metrics'; the ports of that Service: http")]
    [InlineData("""{"app":"x"}""", "metrics", Usual, "metrics", Metrics, "Service s leads to it and lacks the labels")]
    [InlineData(Usual, "http", Usual, "http", """{"targetPort":9091}""", null)]
    [InlineData(Usual, "http", Usual, "http", """{"targetPort":"metrics"}""", "it declares no port that ServiceMonitor/db/m reaches")]
    public void A_pod_that_a_ServiceMonitor_does_not_reach_says_why(
        string labels,
        string containerPort,
        string selector,
        string servicePort,
        string endpoint,
        string? reason)
    {
        var service = $$"""
            {"metadata":{"name":"s","labels":{{labels}} },"spec":{"selector":{{selector}},"ports":[{"name":"{{servicePort}}","port":9091}]} }
            """;
        var pod = Assert.Single(Evaluate("ServiceMonitor", $$"""{"endpoints":[{{endpoint}}]}""", containerPort, service).Pods!);
        AssertReason(reason, pod);
    }

    [Theory]
    [InlineData(Usual, Metrics, "metrics", null)]
    [InlineData(Usual, """{"portNumber":9091}""", "http", null)]
    [InlineData(Usual, Metrics, "http", "it has no port named 'metrics'; its ports: http (9091)")]
    [InlineData("""{"team":"a"}""", Metrics, "metrics", "it lacks the labels team=a, which PodMonitor/db/m selects")]
    public void A_pod_that_a_PodMonitor_does_not_reach_says_why(string labels, string endpoint, string containerPort, string? reason)
    {
        var spec = $$"""{"podMetricsEndpoints":[{{endpoint}}],"selector":{"matchLabels":{{labels}} } }""";
        AssertReason(reason, Assert.Single(Evaluate("PodMonitor", spec, containerPort).Pods!));
    }

    private static void AssertReason(string? reason, MilvusPod pod)
    {
        Assert.Equal(reason is null, pod.Unreached is null);
        Assert.StartsWith(reason ?? string.Empty, pod.Unreached ?? string.Empty, StringComparison.Ordinal);
    }

    private static MonitorReach Evaluate(string kind, string spec, string containerPort, params string[] services)
    {
        var selected = spec.Contains("\"selector\"", StringComparison.Ordinal)
            ? spec
            : $$"""{{spec[..^1]}},"selector":{"matchLabels":{{Usual}} } }""";
        var type = kind == "PodMonitor" ? ResourceType.PodMonitor : ResourceType.ServiceMonitor;
        var monitor = LiveMonitor.From(type, Parse($$"""{"metadata":{"name":"m","namespace":"db","uid":"1"},"spec":{{selected}} }"""))!;
        var pod = $$"""
            {"metadata":{"name":"p","namespace":"db","labels":{{Usual}} },
             "spec":{"containers":[{"ports":[{"name":"{{containerPort}}","containerPort":9091}]}]},
             "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]} }
            """;
        var objects = new TargetObjects("db", [.. services.Select(Parse).Select(ReachableService.From)], null, [MilvusPod.From(Parse(pod))]);
        return new ReachRule(objects, new ReachedInstance("demo", "milvus")).Evaluate([monitor]);
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
