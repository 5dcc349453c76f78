using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Tests.Metrics;

/// <summary>The table of metrics says what the source of each version of Milvus says.</summary>
public sealed class MilvusMetricsTests
{
    [Fact]
    public void The_table_has_the_metrics_that_code_of_each_version_sets()
    {
        var columns = VersionMetrics.ReadTable();
        var told = MilvusMetrics.All.SelectMany(metric => columns.Select(column =>
            $"{metric.Name} in {column.Key}: {column.Value.GetValueOrDefault(metric.Name) ?? "-"}"));
        var known = MilvusMetrics.All.SelectMany(metric => columns.Select(column =>
            $"{metric.Name} in {column.Key}: {(metric.IsIn(MilvusVersion.Parse(column.Key)!) == true ? "y" : "-")}"));
        Assert.Equal(told, known);
        Assert.Equal(MilvusMetrics.Versions, columns.Keys.Select(version => MilvusVersion.Parse(version)!).Order());
        Assert.Equal(
            columns.Values
                .SelectMany(column => column.Keys)
                .Where(name => !name.Contains('<', StringComparison.Ordinal))
                .Distinct()
                .Order(StringComparer.Ordinal),
            MilvusMetrics.All.Select(metric => metric.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_has_the_type_and_the_labels_of_each_version() => Assert.All(VersionMetrics.ListVersions(), version =>
    {
        var running = MilvusVersion.Parse(version)!;
        Assert.All(VersionMetrics.ReadTypes(version), declared =>
        {
            var metric = MilvusMetrics.Find(declared.Key);
            Assert.NotNull(metric);
            Assert.Equal(
                declared.Value,
                (metric.Type.ToString().ToLowerInvariant(), string.Join(',', metric.ListLabels(running))));
        });
    });

    [Fact]
    public void Only_a_metric_without_labels_has_series_as_soon_as_its_component_runs() => Assert.All(MilvusMetrics.All, metric =>
        Assert.Equal(
            metric.Labels[^1].Labels.Count > 0 && metric.Name is not ("milvus_querycoord_last_heartbeat_timestamp" or "milvus_build_info"),
            metric.Appears is not null));

    [Theory]
    [InlineData("milvus_proxy_sq_latency_bucket", "with the first search or query")]
    [InlineData("milvus_querynode_segment_num", "with the first collection that is loaded")]
    [InlineData("milvus_cgo_active_future_total", "when Milvus first sets it")]
    [InlineData("milvus_proxy_hook_func_count", "with the first event that it counts")]
    public void A_metric_tells_when_its_series_appear(string series, string moment) =>
        Assert.Equal(moment, MilvusMetrics.Find(series)?.Appears);

    [Theory]
    [InlineData("v2.6.15", "2.6.15")]
    [InlineData("2.6.15-gpu", "2.6.15")]
    [InlineData("v2.6.0-rc1", "2.6.0-pre")]
    [InlineData("2.5.0-beta", "2.5.0-pre")]
    [InlineData("v3.0-beta", "3.0.0-pre")]
    [InlineData("2.4.0-20240201-abcdef", "2.4.0")]
    [InlineData("latest", null)]
    [InlineData("master-20260801-1a2b3c", null)]
    [InlineData("", null)]
    [InlineData("99999999999.1.1", null)]
    public void A_tag_tells_its_version(string tag, string? version) => Assert.Equal(version, MilvusVersion.Parse(tag)?.ToString());

    [Fact]
    public void Between_versions_that_differ_nothing_is_known_and_neither_beyond_them()
    {
        var metric = MilvusMetrics.Find("milvus_proxy_req_in_queue_latency_bucket")!;
        Assert.Equal(
            [true, false, null, true, true, null],
            ((string[])["2.3.22", "2.4.0", "2.4.10", "2.4.24", "2.6.12", "3.1.0"]).Select(version => metric.IsIn(MilvusVersion.Parse(version)!)));
    }

    [Fact]
    public void Of_several_versions_one_without_a_number_leaves_all_unknown()
    {
        Assert.Equal(2, MilvusVersion.ParseAll("v2.6.15, v2.6.20").Count);
        Assert.Empty(MilvusVersion.ParseAll("v2.6.15, latest"));
        Assert.Empty(MilvusVersion.ParseAll(null));
    }
}
