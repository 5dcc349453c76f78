using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class CheckGraphTests
{
    private static readonly Finding Passes = Finding.Passed("t", "fine");
    private static readonly Finding Fails = Finding.Failed("t", "broken", "# mend");
    private static readonly Finding IsUnknown = Finding.Unknown("t", "who knows");

    [Fact]
    public void What_fails_after_a_broken_link_follows_from_the_first()
    {
        var chain = Judged(
            (CheckId.ApiServer, Passes),
            (CheckId.Instance, Passes),
            (CheckId.Monitor, Fails),
            (CheckId.Service, null),
            (CheckId.Endpoints, Fails));
        var judgement = chain.Judge(CheckId.Endpoints, "t", Fails);
        Assert.Equal(
            (CheckStatus.Skipped, CheckId.Monitor, "because of Monitor: broken"),
            (judgement.Finding.Status, judgement.CausedBy, judgement.Finding.Detail));
    }

    [Fact]
    public void What_holds_after_a_broken_link_passes_and_so_does_not_hand_it_on()
    {
        var chain = Judged((CheckId.Operator, Fails), (CheckId.Prometheus, Passes), (CheckId.Selection, Passes));
        Assert.Equal(CheckStatus.Passed, chain.Judge(CheckId.Configuration, "t", Passes).Finding.Status);
        Assert.Equal(
            (CheckStatus.Failed, null),
            (chain.Judge(CheckId.Targets, "t", Fails).Finding.Status, chain.Judge(CheckId.Targets, "t", Fails).CausedBy));
    }

    [Fact]
    public void A_warning_stays_one()
    {
        var chain = Judged((CheckId.Endpoints, Fails));
        Assert.Equal(CheckStatus.Warning, chain.Judge(CheckId.NetworkPolicy, "t", Finding.Warning("t", "hm")).Finding.Status);
    }

    [Fact]
    public void What_cannot_be_looked_at_for_lack_of_an_unknown_link_is_unknown_too_and_says_so()
    {
        var chain = Judged((CheckId.Configuration, IsUnknown));
        var judgement = chain.Judge(CheckId.Targets, "t", null);
        Assert.Equal(
            (CheckStatus.Unknown, "could not be looked at, since Configuration is unknown", CheckId.Configuration),
            (judgement.Finding.Status, judgement.Finding.Detail, judgement.CausedBy));
        Assert.Equal(CheckId.Configuration, chain.Judge(CheckId.Samples, "t", null).CausedBy);
    }

    [Fact]
    public void An_operator_that_may_not_be_looked_at_is_not_why_Prometheus_could_not_be_asked()
    {
        var chain = Judged(
            (CheckId.Operator, IsUnknown),
            (CheckId.Prometheus, Passes),
            (CheckId.Monitor, IsUnknown),
            (CheckId.Selection, null),
            (CheckId.Configuration, null),
            (CheckId.Targets, null));
        Assert.Equal(CheckId.Monitor, chain.Judge(CheckId.Samples, "t", null).CausedBy);
    }

    [Fact]
    public void Every_link_hangs_on_earlier_ones_only_and_all_but_the_first_on_the_API_server()
    {
        var seen = new HashSet<string>();
        foreach (var link in CheckId.All)
        {
            Assert.All(CheckId.Before(link), before => Assert.Contains(before, seen));
            Assert.True(seen.Count == 0 || CheckId.Before(link).Count > 0);
            seen.Add(link);
        }
    }

    private static CheckGraph Judged(params (string Link, Finding? Finding)[] links)
    {
        var chain = new CheckGraph();
        foreach (var (link, finding) in links)
        {
            chain.Judge(link, "t", finding);
        }

        return chain;
    }
}
