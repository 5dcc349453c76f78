using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Tests.Milvus;

public sealed class MilvusChartTests
{
    private const string Defaults = """
        {"cluster":{"enabled":true},"metrics":{"enabled":true,"serviceMonitor":{"enabled":false,"interval":"30s","scrapeTimeout":"10s","additionalLabels":{}}}}
        """;

    [Fact]
    public void Every_recording_of_the_real_chart_comes_out_field_by_field()
    {
        var recordings = ChartRecordings.Read();
        Assert.NotEmpty(recordings);
        Assert.All(recordings, recording =>
        {
            var expected = JsonNode.Parse(recording.GetProperty("rendered")[0].GetRawText())!.AsObject();
            var appVersion = (string?)expected["metadata"]!["labels"]!["app.kubernetes.io/version"];
            var chart = Chart(
                recording.GetProperty("release").GetString()!,
                recording.GetProperty("values").GetRawText(),
                recording.GetProperty("namespace").GetString()!,
                recording.GetProperty("chart").GetString()!,
                appVersion);
            var rendered = chart.RenderMonitor();

            // What helm adds when it applies the object: whose it is and, before chart 4.2.1, where.
            expected["metadata"]!["namespace"] = chart.Namespace;
            expected["metadata"]!["annotations"] = new JsonObject
            {
                ["meta.helm.sh/release-name"] = chart.Release,
                ["meta.helm.sh/release-namespace"] = chart.Namespace,
            };
            Assert.True(
                JsonNode.DeepEquals(expected, rendered),
                $"{recording}\nexpected {expected.ToJsonString()}\nrendered {rendered.ToJsonString()}");
        });
    }

    [Theory]
    [InlineData("my-release", "{}", "my-release-milvus")]
    [InlineData("my-milvus-2", "{}", "my-milvus-2")]
    [InlineData("my-release", """{"nameOverride":"vdb"}""", "my-release-vdb")]
    [InlineData("vdb", """{"nameOverride":"vdb"}""", "vdb")]
    [InlineData("a", """{"fullnameOverride":"whole"}""", "whole")]
    [InlineData("a", """{"fullnameOverride":""}""", "a-milvus")]
    [InlineData(
        "a23456789-123456789-123456789-123456789-123456789-12",
        """{"nameOverride":"b23456789-x"}""",
        "a23456789-123456789-123456789-123456789-123456789-12-b23456789"
    )]
    public void The_full_name_is_the_chart_s(string release, string values, string expected) =>
        Assert.Equal(expected, Chart(release, values).FullName);

    [Theory]
    [InlineData("""{"cluster":{"enabled":false}}""", "r-milvus-standalone")]
    [InlineData("""{"cluster":{"enabled":null}}""", "r-milvus-standalone")]
    [InlineData("""{"cluster":{"enabled":"false"}}""", "r-milvus")]
    public void The_mode_is_what_a_template_takes_for_true(string values, string monitor) =>
        Assert.Equal(monitor, Chart("r", values).MonitorName);

    [Fact]
    public void A_name_override_reaches_selector_and_labels()
    {
        var monitor = Chart("r", """{"nameOverride":"vdb"}""").RenderMonitor();
        Assert.Equal("vdb", (string?)monitor["spec"]!["selector"]!["matchLabels"]!["app.kubernetes.io/name"]);
        Assert.Equal("vdb", (string?)monitor["metadata"]!["labels"]!["app.kubernetes.io/name"]);
        Assert.Equal("milvus-5.0.0_1", (string?)monitor["metadata"]!["labels"]!["helm.sh/chart"]);
    }

    [Theory]
    [InlineData("""{"metrics":{"serviceMonitor":{"interval":30}}}""", "metrics.serviceMonitor.interval")]
    [InlineData("""{"metrics":{"serviceMonitor":{"scrapeTimeout":10.5}}}""", "metrics.serviceMonitor.scrapeTimeout")]
    [InlineData("""{"metrics":{"serviceMonitor":{"interval":["30s"]}}}""", "metrics.serviceMonitor.interval")]
    [InlineData("""{"metrics":{"serviceMonitor":{"additionalLabels":{"team":42}}}}""", "metrics.serviceMonitor.additionalLabels.team")]
    [InlineData("""{"metrics":{"serviceMonitor":{"additionalLabels":{"a.b/c":true}}}}""", @"metrics.serviceMonitor.additionalLabels.a\.b/c")]
    [InlineData("""{"metrics":{"serviceMonitor":{"additionalLabels":"team=a"}}}""", "metrics.serviceMonitor.additionalLabels")]
    [InlineData("""{"metrics":{"serviceMonitor":true}}""", "metrics.serviceMonitor")]
    [InlineData("""{"metrics":{"serviceMonitor":{"interval":0,"additionalLabels":[]}}}""", null)]
    [InlineData("""{"metrics":{"serviceMonitor":{"additionalLabels":{"team":"42","gone":null}}}}""", null)]
    [InlineData("{}", null)]
    public void A_value_that_the_server_would_refuse_is_found_with_its_path(string values, string? path) =>
        Assert.Equal(path, Chart("r", values).FindInvalidValue()?.Path);

    [Fact]
    public void The_path_of_a_subchart_stands_before_that_of_the_value() =>
        Assert.Equal(
            @"rag.vec\.db.metrics.serviceMonitor.interval",
            (Chart("r", """{"metrics":{"serviceMonitor":{"interval":30}}}""") with { Path = ["rag", "vec.db"] }).FindInvalidValue()?.Path);

    [Theory]
    [InlineData("""{"cluster":{"enabled":false},"metrics":{"serviceMonitor":{"additionalLabels":{"component":"other"}}}}""", "standalone")]
    [InlineData("""{"metrics":{"serviceMonitor":{"additionalLabels":{"component":"other"}}}}""", "other")]
    public void The_label_of_the_component_is_written_last(string values, string expected) =>
        Assert.Equal(expected, (string?)Chart("r", values).RenderMonitor()["metadata"]!["labels"]!["component"]);

    [Fact]
    public void A_value_that_is_taken_away_leaves_its_field_out()
    {
        var endpoint = Chart("r", """{"metrics":{"serviceMonitor":{"interval":null}}}""").RenderMonitor()["spec"]!["endpoints"]![
            0
        ]!.AsObject();
        Assert.False(endpoint.ContainsKey("interval"));
        Assert.Equal("10s", (string?)endpoint["scrapeTimeout"]);
    }

    private static MilvusChart Chart(
        string release,
        string values,
        string namespaceName = "ns",
        string version = "5.0.0+1",
        string? appVersion = "2.6") =>
        new(
            release,
            namespaceName,
            version,
            appVersion,
            HelmValues.Coalesce(JsonDocument.Parse(Defaults).RootElement, JsonDocument.Parse(values).RootElement));
}
