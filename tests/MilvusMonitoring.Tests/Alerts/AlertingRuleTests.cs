using MilvusMonitoring.Servers;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>The check Alerting.</summary>
public sealed class AlertingRuleTests
{
    private static readonly IReadOnlyList<string> Connected = ["http://10.0.0.1:9093/api/v2/alerts"];

    [Theory]
    [InlineData(false, CheckStatus.Warning)]
    [InlineData(true, CheckStatus.Failed)]
    public void Alerts_that_reach_nobody_are_a_fault_where_they_were_asked_for(bool isAsked, CheckStatus status)
    {
        var finding = Evaluate(isAsked, Connected, [], [], []);
        Assert.Equal(status, finding.Status);
        Assert.StartsWith("alerts reach nobody", finding.Detail, StringComparison.Ordinal);
        Assert.Contains("Set-MilvusAlertReceiver", finding.Remedy, StringComparison.Ordinal);
        Assert.True(finding.NeedsPerson);
    }

    [Fact]
    public void A_receiver_that_is_not_loaded_yet_is_named_and_worth_waiting_for()
    {
        var finding = Evaluate(true, Connected, [], [], [], "milvus-monitoring/ops");
        Assert.Equal((CheckStatus.Failed, "alerts reach nobody: milvus-monitoring/ops is not loaded"), Describe(finding));
        Assert.DoesNotContain("Set-MilvusAlertReceiver", finding.Remedy, StringComparison.Ordinal);
        Assert.False(finding.NeedsPerson);
    }

    [Theory]
    [InlineData(false, CheckStatus.Warning)]
    [InlineData(true, CheckStatus.Failed)]
    public void A_replica_without_an_Alertmanager_is_named(bool isAsked, CheckStatus status)
    {
        var finding = Evaluate(isAsked, [], ["a"], ["a"], ["a"]);
        Assert.Equal((status, "pod p sends its alerts to no Alertmanager"), (finding.Status, finding.Detail));
    }

    [Fact]
    public void A_severity_that_reaches_nobody_is_a_warning()
    {
        Assert.Equal(
            (CheckStatus.Warning, "alerts of severity warning and info reach nobody; others go to a"),
            Describe(Evaluate(true, Connected, ["a"], [], [])));
        Assert.Equal(
            (CheckStatus.Passed, "alerts of every severity go to a, b"),
            Describe(Evaluate(true, null, ["a"], ["b"], ["a"])));
    }

    private static (CheckStatus Status, string Detail) Describe(Finding finding) => (finding.Status, finding.Detail);

    private static Finding Evaluate(
        bool isAsked,
        IReadOnlyList<string>? connected,
        string[] critical,
        string[] warning,
        string[] info,
        params string[] pending) =>
        AlertingRule.Evaluate(
            "Alertmanager/monitoring/main",
            [new ReplicaAnswer<IReadOnlyList<string>>("pod p", connected, null)],
            [new ReachedSeverity("critical", critical), new ReachedSeverity("warning", warning), new ReachedSeverity("info", info)],
            pending,
            isAsked);
}
