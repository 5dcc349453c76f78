using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>Which loaded rules are about a Milvus, whoever wrote them.</summary>
public sealed class LoadedRulesTests
{
    [Theory]
    [InlineData("up{namespace=\"db\",app_kubernetes_io_instance=\"a\"} == 0", "db/a")]
    [InlineData("milvus_proxy_req_count{namespace=\"db\"} > 0", "db/a, db/b")]
    [InlineData("milvus_proxy_req_count{app_kubernetes_io_instance=\"a\"} > 0", "db/a, other/a")]
    [InlineData("milvus_proxy_req_count > 0", "db/a, db/b, other/a")]
    [InlineData("milvus_proxy_req_count{namespace=~\"d.\"} > 0", "db/a, db/b")]
    [InlineData("milvus_proxy_req_count{namespace!=\"db\"} > 0", "other/a")]
    [InlineData("up{namespace=\"db\",app_kubernetes_io_instance=\"a\"} or milvus_proxy_req_count{namespace=\"other\"}", "db/a, other/a")]
    [InlineData("up{namespace=\"db\"} == 0", "")]
    [InlineData("no PromQL (", "")]
    public void A_rule_is_about_each_Milvus_whose_series_it_selects(string expression, string expected)
    {
        var rules = new LoadedRules([Rule("other", expression), Rule("same", expression)], []);

        var about = ((string, string)[])[("db", "a"), ("db", "b"), ("other", "a")];
        Assert.Equal(expected, string.Join(", ", about
            .Where(milvus => rules.ListFor(Milvus(milvus.Item1, milvus.Item2)) is { Count: 2 } both
                && both[0].Rule.Name == "other"
                && both.All(rule => rule.Needs is not null))
            .Select(milvus => $"{milvus.Item1}/{milvus.Item2}")));
    }

    [Fact]
    public void A_rule_whose_labels_name_a_Milvus_is_about_it_even_if_it_cannot_be_read()
    {
        var labels = new Dictionary<string, string> { ["namespace"] = "db", ["app_kubernetes_io_instance"] = "a" };
        var rules = new LoadedRules([Rule("own", "no PromQL (") with { Labels = labels }], []);

        Assert.Null(Assert.Single(rules.ListFor(Milvus("db", "a"))).Needs);
        Assert.Empty(rules.ListFor(Milvus("db", "b")));
    }

    [Fact]
    public void Replicas_with_the_same_rules_share_the_expressions()
    {
        var expressions = new Dictionary<string, string>();
        var all = ((string[])["one", "two"])
            .Select(_ => new LoadedRules([Rule("a", new string("milvus_a > 0"))], expressions).ListFor(Milvus("db", "a"))[0].Rule.Query)
            .ToList();

        Assert.Same(all[0], all[1]);
    }

    private static MilvusSeries Milvus(string place, string name) => new(place, name, name, "milvus", name);

    private static PrometheusAlertRule Rule(string name, string expression) =>
        new(name, "group", "rules.yaml", expression, AlertRuleState.Inactive);
}
