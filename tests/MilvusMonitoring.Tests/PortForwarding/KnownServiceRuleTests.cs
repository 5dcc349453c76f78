using System.Text.Json;
using MilvusMonitoring.PortForwarding;
using MilvusMonitoring.Tests.Stacks;

namespace MilvusMonitoring.Tests.PortForwarding;

public sealed class KnownServiceRuleTests
{
    private const string Release = "\"app.kubernetes.io/managed-by\":\"Helm\",\"app.kubernetes.io/instance\":\"kps\"";

    [Theory]
    [InlineData("kps")]
    [InlineData("long-name")]
    [InlineData("name-override")]
    public void The_Services_of_kube_prometheus_stack_are_found_under_any_name(string kind)
    {
        var services = ForeignStack.ReadServices(kind);
        foreach (var service in services)
        {
            service["metadata"]!["uid"] = "1";
        }

        var read = services.Select(service => JsonDocument.Parse(service.ToJsonString()).RootElement).ToList();

        Assert.EndsWith("-prometheus", List(KnownService.Prometheus).Id.Name, StringComparison.Ordinal);
        Assert.EndsWith("-alertmanager", List(KnownService.Alertmanager).Id.Name, StringComparison.Ordinal);
        Assert.Equal("80", List(KnownService.Grafana).Port);

        StackService List(string title) => Assert.Single(KnownServiceRule.List(read, KnownService.Get(title), null));
    }

    [Theory]
    [InlineData("Prometheus", "operated", "prometheus-operated|9090||app.kubernetes.io/name=prometheus", "thanos|10901||prometheus=x")]
    [InlineData("Prometheus", "named", "prometheus-operated|9090||app.kubernetes.io/name=prometheus", "a|9090||operator.prometheus.io/name=x")]
    [InlineData("Prometheus", "plain", "prometheus-server|80||app.kubernetes.io/name=prometheus", "node|9100||app.kubernetes.io/name=prometheus-node-exporter")]
    [InlineData("Prometheus", "vm", "vmsingle-x|8429|http|app.kubernetes.io/name=vmsingle", "other|80||app=x")]
    [InlineData("Alertmanager", "operated", "alertmanager-operated|9093||app.kubernetes.io/name=alertmanager", "other|80||app=x")]
    [InlineData("Grafana", "alone", "any|3000||app.kubernetes.io/name=grafana", "other|80||app=x")]
    [InlineData("Grafana", "none", "other|80||app=x", "else|3000||app=y")]
    public void A_Service_is_found_by_what_it_selects(string title, string what, string first, string second)
    {
        var found = KnownServiceRule.List([Service(first, ""), Service(second, "")], KnownService.Get(title), null);

        var expected = what switch
        {
            "none" => null,
            "named" => second,
            _ => first,
        };
        Assert.Equal(expected?.Split('|')[0], found.SingleOrDefault()?.Id.Name);
        Assert.Equal(expected?.Split('|')[1], found.SingleOrDefault()?.Port);
    }

    [Fact]
    public void Of_two_Grafanas_that_of_the_stack_is_found()
    {
        IReadOnlyList<JsonElement> services =
        [
            Service("a-loki-grafana|80||app.kubernetes.io/name=grafana", "\"app.kubernetes.io/instance\":\"a-loki\",\"app.kubernetes.io/managed-by\":\"Helm\""),
            Service("kps-grafana|80||app.kubernetes.io/name=grafana", Release),
            Service("kps-prometheus|9090||operator.prometheus.io/name=kps", Release),
        ];

        Assert.Equal("kps-grafana", Assert.Single(KnownServiceRule.List(services, KnownService.Get("Grafana"), null)).Id.Name);
        Assert.Equal(2, KnownServiceRule.List([.. services.Take(2)], KnownService.Get("Grafana"), null).Count);
    }

    [Fact]
    public void The_name_of_the_Prometheus_chooses_its_Service()
    {
        IReadOnlyList<JsonElement> services =
        [
            Service("one|9090||operator.prometheus.io/name=one", ""),
            Service("two|9090||prometheus=two", ""),
        ];

        Assert.Equal(2, KnownServiceRule.List(services, KnownService.Get("Prometheus"), null).Count);
        Assert.Equal("two", Assert.Single(KnownServiceRule.List(services, KnownService.Get("Prometheus"), "two")).Id.Name);
    }

    /// <summary>A Service as <c>name|port|port's name|selector</c>.</summary>
    private static JsonElement Service(string text, string labels)
    {
        var parts = text.Split('|');
        var selector = parts[3].Split('=');
        return JsonDocument.Parse($$"""
            {"metadata":{"name":"{{parts[0]}}","namespace":"monitoring","uid":"1","labels":{{{labels}}} },
             "spec":{"ports":[{"port":{{parts[1]}},"name":"{{parts[2]}}"}],"selector":{"{{selector[0]}}":"{{selector[1]}}"} } }
            """).RootElement;
    }
}
