using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Tests.Prometheus;

public sealed class ScrapeDurationTests
{
    [Theory]
    [InlineData("30s", 30)]
    [InlineData("1m30s", 90)]
    [InlineData("1h", 3600)]
    [InlineData("500ms", 0.5)]
    [InlineData("1d1h", 90000)]
    public void Whole_numbers_with_units_are_read(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ScrapeDuration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0s")]
    [InlineData("30")]
    [InlineData("5 minutes")]
    [InlineData("1.5m")]
    [InlineData("-5s")]
    [InlineData("30s1m")]
    [InlineData("30s\n")]
    [InlineData("٣s")]
    public void What_the_definition_refuses_is_no_time(string text) => Assert.Null(ScrapeDuration.Parse(text));

    [Theory]
    [InlineData("30s", "10s", null)]
    [InlineData("1m", "60s", null)]
    [InlineData(null, "40s", null)]
    [InlineData("5s", "10s", "longer than the interval")]
    [InlineData("5 minutes", "10s", "'5 minutes' is not an interval")]
    [InlineData("30s", "soon", "'soon' is not a scrape timeout")]
    public void A_timeout_is_no_longer_than_the_interval(string? interval, string? timeout, string? problem)
    {
        var found = ScrapeDuration.FindProblem(interval, timeout);
        Assert.Equal(problem is null, found is null);
        Assert.Contains(problem ?? "", found?.Reason ?? "", StringComparison.Ordinal);
    }
}
