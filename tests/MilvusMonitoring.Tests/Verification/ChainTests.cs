using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class ChainTests
{
    private static readonly Finding Passes = Finding.Passed("t", "fine");
    private static readonly Finding Fails = Finding.Failed("t", "broken", "# mend");
    private static readonly Finding IsUnknown = Finding.Unknown("t", "who knows");

    [Fact]
    public void What_fails_after_a_broken_link_follows_from_the_first()
    {
        var chain = Judged((Link.ApiServer, Passes), (Link.Instance, Passes), (Link.Monitor, Fails), (Link.Service, null), (Link.Endpoints, Fails));
        var judgement = chain.Judge(Link.Endpoints, "t", Fails);
        Assert.Equal((CheckStatus.Skipped, Link.Monitor, "because of Monitor: broken"), (judgement.Finding.Status, judgement.CausedBy, judgement.Finding.Detail));
    }

    [Fact]
    public void What_holds_after_a_broken_link_passes_and_so_does_not_hand_it_on()
    {
        var chain = Judged((Link.Operator, Fails), (Link.Prometheus, Passes), (Link.Selection, Passes));
        Assert.Equal(CheckStatus.Passed, chain.Judge(Link.Configuration, "t", Passes).Finding.Status);
        Assert.Equal((CheckStatus.Failed, null), (chain.Judge(Link.Targets, "t", Fails).Finding.Status, chain.Judge(Link.Targets, "t", Fails).CausedBy));
    }

    [Fact]
    public void A_warning_stays_one()
    {
        var chain = Judged((Link.Endpoints, Fails));
        Assert.Equal(CheckStatus.Warning, chain.Judge(Link.NetworkPolicy, "t", Finding.Warning("t", "hm")).Finding.Status);
    }

    [Fact]
    public void What_cannot_be_looked_at_for_lack_of_an_unknown_link_is_unknown_too_and_says_so()
    {
        var chain = Judged((Link.Configuration, IsUnknown));
        var judgement = chain.Judge(Link.Targets, "t", null);
        Assert.Equal((CheckStatus.Unknown, "could not be looked at, since Configuration is unknown", Link.Configuration), (judgement.Finding.Status, judgement.Finding.Detail, judgement.CausedBy));
        Assert.Equal(Link.Configuration, chain.Judge(Link.Samples, "t", null).CausedBy);
    }

    [Fact]
    public void An_operator_that_may_not_be_looked_at_is_not_why_Prometheus_could_not_be_asked()
    {
        var chain = Judged((Link.Operator, IsUnknown), (Link.Prometheus, Passes), (Link.Monitor, IsUnknown), (Link.Selection, null), (Link.Configuration, null), (Link.Targets, null));
        Assert.Equal(Link.Monitor, chain.Judge(Link.Samples, "t", null).CausedBy);
    }

    [Fact]
    public void Every_link_hangs_on_earlier_ones_only_and_all_but_the_first_on_the_API_server()
    {
        var seen = new HashSet<string>();
        foreach (var link in Link.All)
        {
            Assert.All(Link.Before(link), before => Assert.Contains(before, seen));
            Assert.True(seen.Count == 0 || Link.Before(link).Count > 0);
            seen.Add(link);
        }
    }

    private static Chain Judged(params (string Link, Finding? Finding)[] links)
    {
        var chain = new Chain();
        foreach (var (link, finding) in links)
        {
            chain.Judge(link, "t", finding);
        }

        return chain;
    }
}
