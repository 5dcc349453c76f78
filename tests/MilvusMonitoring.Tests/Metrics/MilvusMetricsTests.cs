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
    }

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
