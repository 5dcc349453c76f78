using System.Management.Automation.Language;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class RemediesTests
{
    [Theory]
    [InlineData("monitoring", "monitoring")]
    [InlineData("/home/me/.kube/config", "/home/me/.kube/config")]
    [InlineData("1e3", "'1e3'")]
    [InlineData("-Force", "'-Force'")]
    [InlineData("user@aks; rm", "'user@aks; rm'")]
    [InlineData("it's", "'it''s'")]
    [InlineData("it\u2019s $x", "'it\u2019\u2019s $x'")]
    [InlineData("a\u201a\u201b\u2018b", "'a\u201a\u201a\u201b\u201b\u2018\u2018b'")]
    [InlineData("a\u201d \u201e\"", "'a\u201d \u201e\"'")]
    [InlineData("--%", "'--%'")]
    [InlineData("@a", "'@a'")]
    [InlineData("\u2013Force", "'\u2013Force'")]
    [InlineData("a`$(Get-It)", "'a`$(Get-It)'")]
    [InlineData("a\nGet-It", "'a\nGet-It'")]
    [InlineData("a,b", "'a,b'")]
    [InlineData("a#b", "'a#b'")]
    [InlineData("", "''")]
    public void A_word_becomes_an_argument_that_PowerShell_reads_as_that_word(string word, string argument)
    {
        Assert.Equal(argument, PowerShellText.Quote(word));
        var script = Parser.ParseInput($"Get-It {argument}", out _, out var errors);
        Assert.Empty(errors);
        var read = Assert.IsType<StringConstantExpressionAst>(
            script.Find(ast => ast is CommandAst, true) is CommandAst command ? command.CommandElements[1] : null);
        Assert.Equal(word, read.Value);
    }

    [Fact]
    public void A_monitor_is_enabled_with_all_that_it_is_set_to()
    {
        var settings = new MonitorSettings("1m", null, new Dictionary<string, string> { ["release"] = "kps", ["example.com/team"] = "a" });
        Assert.Equal(
            "Enable-MilvusServiceMonitor my-release -Namespace db -Interval '1m' -AdditionalLabel @{ release = 'kps'; "
                + "'example.com/team' = 'a' } -Context 'me@prod'",
            new Remedies("me@prod", null).Enable("my-release", "db", settings));
    }

    [Theory]
    [InlineData("1s", "1s", "3s", "3s")]
    [InlineData("30s", "10s", null, "30s")]
    [InlineData("1m", "500ms", null, "1500ms")]
    public void More_time_for_a_scrape_never_exceeds_the_interval(string interval, string timeout, string? newInterval, string newTimeout)
    {
        var settings = MonitorSettings.None.WithMoreTime(ScrapeDuration.Parse(interval)!.Value, ScrapeDuration.Parse(timeout)!.Value);
        Assert.Equal((newInterval, newTimeout), (settings.Interval, settings.ScrapeTimeout));
    }
}
