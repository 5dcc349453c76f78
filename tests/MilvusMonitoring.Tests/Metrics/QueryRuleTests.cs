using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;

namespace MilvusMonitoring.Tests.Metrics;

/// <summary>Whether an expression can have results, by the series that a Prometheus has.</summary>
public sealed class QueryRuleTests
{
    private static readonly IReadOnlySet<string> Exporters = Exporter.All.Select(exporter => exporter.Name).ToHashSet();

    [Theory]
    [InlineData("a > 0", "a=1", true, null)]
    [InlineData("a and b", "a=1", false, "no series of b; see whether Milvus 2.6.5 has such a metric")]
    [InlineData("a or b", "a=1", true, null)]
    [InlineData("a or b", "", false, "no series of a; see")]
    [InlineData("a unless b", "a=1", true, null)]
    [InlineData("absent(a)", "", true, null)]
    [InlineData("milvus_rootcoord_proxy_num < 1", "", false, "no component that is scraped has it")]
    [InlineData("milvus_rootcoord_quota_states > 0", "", true, "it appears while Milvus refuses requests")]
    [InlineData("milvus_storage_filesystem_failed_count > 0", "", false, "Milvus 2.6.5 has no metric milvus_storage_filesystem_failed_count")]
    [InlineData("milvus_meta_op_count{status=\"fail\"}", "+milvus_meta_op_count{status=\"fail\"}", true, "it appears when the first is counted")]
    [InlineData("milvus_meta_op_count{status=\"broken\"}", "", false, "writes no milvus_meta_op_count with status=\"broken\"")]
    [InlineData("kube_x{pod=\"a\"}", "", false, "no series of kube_x: its pods may have other names")]
    [InlineData("kube_pod_container_resource_limits{pod=\"a\"}", "", false, "its containers have no such limit")]
    [InlineData("kube_pod_container_status_last_terminated_reason{pod=\"a\"}", "", true, "it appears after a container has ended")]
    [InlineData("sum(a", "", null, "could not be read")]
    public void The_verdict_follows_from_series_and_table(string expression, string series, bool? canFire, string? why)
    {
        var verdict = Judge(expression, series, new QuerySurroundings([MilvusVersion.Parse("2.6.5")!], true, Exporters));
        Assert.Equal(canFire, verdict.CanAnswer);
        Assert.True(why is null ? verdict.Why is null : verdict.Why?.Contains(why, StringComparison.Ordinal) is true, verdict.Why);
    }

    [Fact]
    public void A_missing_exporter_and_a_Milvus_that_is_not_scraped_are_named()
    {
        var nothing = new QuerySurroundings([], false, new HashSet<string>());
        Assert.Equal("kube-state-metrics is not installed or not scraped: kube_pod_info has no series", Judge("kube_pod_info", "", nothing).Why);
        Assert.Equal(
            "not scraped: no target of this Milvus is up, so that milvus_rootcoord_quota_states has no series",
            Judge("milvus_rootcoord_quota_states", "", nothing).Why);
    }

    [Fact]
    public void Of_an_unknown_version_a_metric_that_appears_late_is_not_known_to_be_there()
    {
        var unknown = new QuerySurroundings([], true, Exporters);
        Assert.Null(Judge("milvus_proxy_sq_latency_bucket", "", unknown).CanAnswer);
    }

    [Fact]
    public void A_value_that_no_series_has_is_named_with_those_that_they_have()
    {
        var selector = new QuerySelector("a", [new SelectorMatcher("kind", "=", "x")]);
        var evidence = new SeriesEvidence(0) { OfTarget = 2, Mismatch = (selector.Matchers[0], ["y", "z"]) };
        var rule = new QueryRule(
            new QuerySurroundings([], true, Exporters),
            new Dictionary<string, SeriesEvidence> { [selector.ToString()] = evidence });
        Assert.Equal(new QueryVerdict(false, "a has series, but none with kind=\"x\"; the values are y, z"), rule.Evaluate(PromQlReader.Find("a{kind=\"x\"} > 0")));
    }

    /// <summary>Judges an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="series"><c>selector=1</c> for one with series, <c>+selector</c> for one whose target has the metric.</param>
    /// <param name="surroundings">What else is known.</param>
    private static QueryVerdict Judge(string expression, string series, QuerySurroundings surroundings)
    {
        var evidence = (PromQlReader.Find(expression)?.Selectors ?? []).DistinctBy(selector => selector.ToString()).ToDictionary(
            selector => selector.ToString(),
            selector => new SeriesEvidence(series == $"{selector}=1" ? 1 : 0) { OfTarget = series == $"+{selector}" ? 1 : 0 });
        return new QueryRule(surroundings, evidence).Evaluate(PromQlReader.Find(expression));
    }
}
