using System.Text.Json;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class OtherReaderRuleTests
{
    [Theory]
    [InlineData("grafana/alloy:v1.11.0", true)]
    [InlineData("docker.io/grafana/agent:v0.44.2", true)]
    [InlineData("victoriametrics/vmagent:v1.126.0", true)]
    [InlineData("registry:5000/prom/prometheus@sha256:0123", true)]
    [InlineData("otel/opentelemetry-collector-contrib:0.136.0", true)]
    [InlineData("quay.io/prometheus/alertmanager:v0.28.1", false)]
    [InlineData("quay.io/prometheus-operator/prometheus-operator:v0.86.1", false)]
    [InlineData("datadog/agent:7", false)]
    public void A_workload_is_a_reader_by_its_image(string image, bool expected)
    {
        var workload = Parse($$"""
            {"metadata":{"name":"a","namespace":"b"},"spec":{"template":{"spec":{"containers":[{"image":"{{image}}"}]} } } }
            """);
        Assert.Equal(expected ? ["Deployment/b/a"] : [], OtherReaderRule.Choose([], [("Deployment", workload)]));
    }

    [Fact]
    public void A_resource_of_an_operator_is_named_in_place_of_its_workloads_and_says_where_it_sends()
    {
        var agent = Parse("""
            {"metadata":{"name":"agent","namespace":"monitoring"},
             "spec":{"remoteWrite":[{"url":"https://user:secret@mimir.example.com/api/v1/push"}]} }
            """);
        Assert.Equal(
            ["PrometheusAgent/monitoring/agent (sends to mimir.example.com)"],
            OtherReaderRule.Choose([("PrometheusAgent", agent)], [("StatefulSet", agent)]));
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
