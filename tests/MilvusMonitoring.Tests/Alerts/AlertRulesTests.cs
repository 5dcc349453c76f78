using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>The table of alert rules.</summary>
public sealed class AlertRulesTests
{
    private static readonly string Pages = Path.Combine(BuiltTree.Root, "docs", "alerts");

    [Fact]
    public void Each_alert_has_a_page_and_each_page_an_alert()
    {
        var pages = Directory.EnumerateFiles(Pages).Select(Path.GetFileName);
        Assert.Equal(AlertRules.All.Select(rule => $"{rule.Name}.md").Order(StringComparer.Ordinal), pages.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_page_says_what_the_table_says_and_then_how_to_look_and_what_to_do()
    {
        Assert.All(AlertRules.All, rule =>
        {
            var page = File.ReadAllText(Path.Combine(Pages, $"{rule.Name}.md"));
            var threshold = rule.Threshold is { } value ? $", threshold {value.Describe(value.Default)}" : string.Empty;
            var time = rule.For > TimeSpan.Zero ? $"for {PromText.Format(rule.For)}" : "at once";
            Assert.StartsWith(
                $"# {rule.Name}\n{rule.Severity}, group {rule.Group}, {time}{threshold}\n\n{rule.Description}\n\n## How to look\n",
                page,
                StringComparison.Ordinal);
            Assert.Contains("\n## What to do\n", page, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Each_rule_names_the_metrics_of_Milvus_that_it_selects()
    {
        Assert.All(AlertRules.All, rule =>
        {
            var needs = PromQlReader.Find(rule.WriteExpression(Samples.Scope, null));
            Assert.NotNull(needs);
            var names = needs.Selectors.Select(selector => selector.Metric).OfType<string>().Where(name => name.StartsWith("milvus_", StringComparison.Ordinal));
            Assert.Equal(rule.Metrics, names.Select(name => MilvusMetrics.Find(name)?.Name ?? name).Distinct());
        });
        Assert.All(AlertRules.All.SelectMany(rule => rule.Metrics), name => Assert.NotNull(MilvusMetrics.Find(name)));
    }

    [Fact]
    public void Every_alert_begins_with_the_name_by_which_receivers_are_chosen()
    {
        Assert.All(AlertRules.All, rule => Assert.StartsWith("Milvus", rule.Name, StringComparison.Ordinal));
        Assert.Equal(AlertRules.All.Count, AlertRules.All.Select(rule => rule.Name).Distinct().Count());
        Assert.Subset(
            new HashSet<string> { AlertWords.Critical, AlertWords.Warning, AlertWords.Info },
            AlertRules.All.Select(rule => rule.Severity).ToHashSet());
    }

    [Theory]
    [InlineData("MilvusSearchSlow", "2s", 2000)]
    [InlineData("MilvusSearchSlow", "1m30s", 90000)]
    [InlineData("MilvusCheckpointLags", "2h", 7200)]
    [InlineData("MilvusRequestsFail", "2.5%", 0.025)]
    [InlineData("MilvusRequestsFail", "0.1", 0.1)]
    [InlineData("MilvusTooManySeries", "200000", 200000)]
    [InlineData("MilvusMetaStoreFails", "1e-1", 0.1)]
    public void A_threshold_is_read_in_the_unit_of_the_metric(string alert, string text, double value)
    {
        var options = new AlertRuleOptions { Thresholds = [(Names(alert), text)] };
        Assert.Equal(value, options.Choose().Single(rule => rule.Rule.Name == alert).Threshold!.Value, 9);
    }

    [Theory]
    [InlineData("MilvusSearchSlow", "2", "'2' is not a valid threshold for MilvusSearchSlow", "at most 131072ms")]
    [InlineData("MilvusSearchSlow", "5m", "'5m' is not a valid threshold", "at most 131072ms")]
    [InlineData("MilvusSearchSlow", "5%", "'5%' is not a valid threshold", "a time")]
    [InlineData("MilvusRequestsFail", "5", "'5' is not a valid threshold", "a percentage")]
    [InlineData("MilvusRequestsFail", "101%", "'101%' is not a valid threshold", "a percentage")]
    [InlineData("MilvusTooManySeries", "-1", "'-1' is not a valid threshold", "a number")]
    [InlineData("MilvusTooManySeries", "many", "'many' is not a valid threshold", "a number")]
    [InlineData("MilvusNoProxy", "1", "MilvusNoProxy has no threshold", "MilvusSearchSlow")]
    [InlineData("MilvusSearchSlo", "1s", "No alert rule is named 'MilvusSearchSlo'", "MilvusSearchSlow")]
    public void A_threshold_that_is_none_is_one_error_with_what_would_be_one(string alert, string text, string reason, string remedy)
    {
        var error = Assert.Throws<MonitoringException>(() => new AlertRuleOptions { Thresholds = [(Names(alert), text)] }.Choose());
        Assert.Equal(ErrorId.ParameterInvalid, error.ErrorId);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_and_exclusions_take_patterns_and_refuse_names_that_no_rule_has()
    {
        var chosen = new AlertRuleOptions
        {
            Times = [(new AlertNames("*", _ => true), "90s"), (Names("MilvusRestarts"), "0s")],
            Excluded = [new AlertNames("MilvusCpu*", name => name.StartsWith("MilvusCpu", StringComparison.Ordinal))],
        }.Choose();
        Assert.Equal(TimeSpan.FromSeconds(90), chosen.Single(rule => rule.Rule.Name == "MilvusNoProxy").For);
        Assert.Equal(TimeSpan.Zero, chosen.Single(rule => rule.Rule.Name == "MilvusRestarts").For);
        Assert.Equal(["MilvusCpuNearLimit", "MilvusCpuThrottled"], chosen.Where(rule => rule.IsExcluded).Select(rule => rule.Rule.Name));
        Assert.Throws<MonitoringException>(() => new AlertRuleOptions { Excluded = [Names("Nothing")] }.Choose());
        Assert.Throws<MonitoringException>(() => new AlertRuleOptions { Times = [(Names("MilvusNoProxy"), "soon")] }.Choose());
    }

    private static AlertNames Names(string name) => new(name, name.Equals);
}
