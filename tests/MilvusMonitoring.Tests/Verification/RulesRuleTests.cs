using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>What the rules on the replicas mean for the check <c>Rules</c>.</summary>
public sealed class RulesRuleTests
{
    private static readonly MilvusAlertRule Good = new()
    {
        Instance = "my-release",
        Namespace = "milvus",
        Name = "MilvusNoProxy",
        Source = "PrometheusRule/milvus/milvus-my-release",
        State = AlertRuleState.Inactive,
        CanFire = true,
        Replicas = [new AlertRuleReplica { Name = "a", State = AlertRuleState.Inactive, IsHealthy = true }],
    };

    [Fact]
    public void Rules_that_are_loaded_evaluated_and_can_fire_pass_and_those_that_fire_are_named()
    {
        Assert.Equal((CheckStatus.Passed, "1 alert rule loaded and evaluated on 1 replica"), Evaluate([Good]));
        Assert.EndsWith("; firing: MilvusNoProxy", Evaluate([Good with { State = AlertRuleState.Firing }]).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void No_rule_and_a_rule_that_cannot_fire_are_warnings()
    {
        Assert.Equal(
            (CheckStatus.Warning, "this Milvus has no alert rules"),
            Evaluate([]));
        Assert.Equal(
            (CheckStatus.Warning, "1 alert rule loaded and evaluated on 1 replica; cannot fire: MilvusNoProxy: no series"),
            Evaluate([Good with { CanFire = false, Why = "no series" }]));
    }

    [Theory]
    [InlineData(AlertRuleState.NotLoaded, null, "a has not loaded MilvusNoProxy")]
    [InlineData(AlertRuleState.Inactive, null, "a has not evaluated MilvusNoProxy yet")]
    [InlineData(AlertRuleState.Inactive, false, "a cannot evaluate MilvusNoProxy: many-to-many")]
    public void A_rule_that_does_not_work_fails_if_this_module_made_it_and_warns_otherwise(
        AlertRuleState state,
        bool? isHealthy,
        string detail)
    {
        var broken = Good with
        {
            Replicas = [new AlertRuleReplica { Name = "a", State = state, IsHealthy = isHealthy, LastError = "many-to-many" }],
        };
        Assert.Equal((CheckStatus.Failed, $"1 of 1 alert rule do not work: {detail}"), Evaluate([broken]));
        Assert.Equal(CheckStatus.Warning, Evaluate([broken with { Source = "/etc/rules/other.yaml" }]).Status);
    }

    private static (CheckStatus Status, string Detail) Evaluate(IReadOnlyList<MilvusAlertRule> rules)
    {
        var judge = new QueryRule(new QuerySurroundings([], true, new HashSet<string>()), new Dictionary<string, SeriesEvidence>());
        var report = new AlertRuleReport(rules, [new ReplicaAnswer<ReplicaRules>("a", new ReplicaRules([], judge), null)]);
        var finding = RulesRule.Evaluate("Prometheus/monitoring/k8s", report, "enable", "wait");
        return (finding.Status, finding.Detail);
    }
}
