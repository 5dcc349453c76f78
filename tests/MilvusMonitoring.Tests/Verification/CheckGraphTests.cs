using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class CheckGraphTests
{
    private static readonly Finding Passes = Finding.Passed("t", "fine");
    private static readonly Finding Fails = Finding.Failed("t", "broken", "# mend");
    private static readonly Finding IsUnknown = Finding.Unknown("t", "who knows");

    [Fact]
    public void What_fails_after_a_broken_check_follows_from_the_first()
    {
        var graph = Evaluated(
            (CheckId.ApiServer, Passes),
            (CheckId.Instance, Passes),
            (CheckId.Monitor, Fails),
            (CheckId.Service, null),
            (CheckId.Endpoints, Fails));
        var result = graph.Evaluate(CheckId.Endpoints, "t", Fails);
        Assert.Equal(
            (CheckStatus.Skipped, CheckId.Monitor, "because of Monitor: broken"),
            (result.Finding.Status, result.CausedBy, result.Finding.Detail));
    }

    [Fact]
    public void What_holds_after_a_broken_check_passes_and_so_does_not_hand_it_on()
    {
        var graph = Evaluated((CheckId.Operator, Fails), (CheckId.Prometheus, Passes), (CheckId.Selection, Passes));
        Assert.Equal(CheckStatus.Passed, graph.Evaluate(CheckId.Configuration, "t", Passes).Finding.Status);
        Assert.Equal(
            (CheckStatus.Failed, null),
            (graph.Evaluate(CheckId.Targets, "t", Fails).Finding.Status, graph.Evaluate(CheckId.Targets, "t", Fails).CausedBy));
    }

    [Fact]
    public void A_warning_stays_one()
    {
        var graph = Evaluated((CheckId.Endpoints, Fails));
        Assert.Equal(CheckStatus.Warning, graph.Evaluate(CheckId.NetworkPolicy, "t", Finding.Warning("t", "hm")).Finding.Status);
    }

    [Fact]
    public void What_cannot_be_checked_for_lack_of_an_unknown_check_is_unknown_too_and_says_so()
    {
        var graph = Evaluated((CheckId.Configuration, IsUnknown));
        var result = graph.Evaluate(CheckId.Targets, "t", null);
        Assert.Equal(
            (CheckStatus.Unknown, "could not be checked, because Configuration is unknown", CheckId.Configuration),
            (result.Finding.Status, result.Finding.Detail, result.CausedBy));
        Assert.Equal(CheckId.Configuration, graph.Evaluate(CheckId.Samples, "t", null).CausedBy);
    }

    [Fact]
    public void What_has_no_place_without_a_skipped_check_is_skipped_with_it_unless_something_is_unknown()
    {
        var skipped = Finding.Skipped("t", "no Grafana");
        var result = Evaluated((CheckId.Grafana, skipped)).Evaluate(CheckId.Dashboard, "t", null);
        Assert.Equal(
            (CheckStatus.Skipped, "because of Grafana", CheckId.Grafana),
            (result.Finding.Status, result.Finding.Detail, result.CausedBy));

        var lost = Evaluated((CheckId.Grafana, skipped)).Evaluate(CheckId.Dashboard, "t", null, CheckId.Grafana);
        Assert.Equal(CheckStatus.Unknown, lost.Finding.Status);
        Assert.Equal(CheckStatus.Unknown, Evaluated((CheckId.Access, skipped)).Evaluate(CheckId.Targets, "t", null).Finding.Status);
    }

    [Fact]
    public void An_operator_that_may_not_be_checked_is_not_why_Prometheus_could_not_be_asked()
    {
        var graph = Evaluated(
            (CheckId.Operator, IsUnknown),
            (CheckId.Prometheus, Passes),
            (CheckId.Monitor, IsUnknown),
            (CheckId.Selection, null),
            (CheckId.Configuration, null),
            (CheckId.Targets, null));
        Assert.Equal(CheckId.Monitor, graph.Evaluate(CheckId.Samples, "t", null).CausedBy);
    }

    [Fact]
    public void Every_check_depends_on_earlier_ones_only_and_all_but_the_first_on_the_API_server()
    {
        var seen = new HashSet<string>();
        foreach (var check in CheckTable.Ids)
        {
            Assert.All(CheckTable.ListDependencies(check), before => Assert.Contains(before, seen));
            Assert.True(seen.Count == 0 || CheckTable.ListDependencies(check).Count > 0);
            seen.Add(check);
        }
    }

    [Fact]
    public void Every_check_has_one_row_in_the_table()
    {
        var ids = typeof(CheckId).GetFields().Select(field => (string?)field.GetRawConstantValue());
        Assert.Equal(ids.Order(), CheckTable.Ids.Order());
    }

    private static CheckGraph Evaluated(params (string Check, Finding? Finding)[] checks)
    {
        var graph = new CheckGraph();
        foreach (var (check, finding) in checks)
        {
            graph.Evaluate(check, "t", finding);
        }

        return graph;
    }
}
