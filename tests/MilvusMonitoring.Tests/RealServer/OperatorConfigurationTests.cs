using System.Text.Json.Nodes;
using MilvusMonitoring.Manifests.Yaml;

namespace MilvusMonitoring.Tests;

/// <summary>The operator's part on a node, held against what the real operator has made.</summary>
public sealed class OperatorConfigurationTests
{
    [Fact]
    public async Task The_configuration_is_that_of_the_real_operator_for_the_same_monitor()
    {
        var prometheus = OperatorRecordings.Read("prometheus-resource.json");
        var monitor = OperatorRecordings.Read("servicemonitor-milvus.json")["items"]![0]!.AsObject();
        var text = await File.ReadAllBytesAsync(OperatorRecordings.PathOf("prometheus.yaml"), TestContext.Current.CancellationToken);
        var document = Assert.Single(YamlConverter.Convert("prometheus.yaml", text, TestContext.Current.CancellationToken));
        var recorded = JsonNode.Parse(document.Json.Span)!;

        var made = OperatorConfiguration.For(prometheus, [monitor]);

        AssertSame(recorded["global"], made["global"]);
        AssertSame(
            recorded["scrape_configs"]!.AsArray().Single(job => (string?)job!["job_name"] == "serviceMonitor/milvus/my-release-milvus/0"),
            Assert.Single(made["scrape_configs"]!.AsArray()));
    }

    private static void AssertSame(JsonNode? expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{expected}\n{actual}");
}
