using MilvusMonitoring.Metrics.Queries;

namespace MilvusMonitoring.Tests.Metrics;

/// <summary>Which series an expression needs.</summary>
public sealed class PromQlReaderTests
{
    [Theory]
    [InlineData("up", "up")]
    [InlineData("up == 0", "up")]
    [InlineData("1e9 > 0x1F", "")]
    [InlineData("vector(1)", "")]
    [InlineData("sum by (pod) (rate(a_total{b=\"c\",d!~\"e|f\"}[5m])) / on (pod) group_left (node) g > bool 0.5", "a_total{b=\"c\",d!~\"e|f\"} g")]
    [InlineData("sum(rate(a[5m:1m] offset 1h)) without (pod)", "a")]
    [InlineData("a @ 1609746000 + b @ end() - c offset -5m", "a b c")]
    [InlineData("absent(up{a=\"b\"} == 1)", "")]
    [InlineData("absent_over_time(up[5m]) and b", "b")]
    [InlineData("a unless on (pod) b", "a")]
    [InlineData("a and ignoring (x) b unless c and d", "a b d")]
    [InlineData("{__name__=\"a\",b=\"c\"}", "a{b=\"c\"}")]
    [InlineData("{\"a.b\", c=\"d\"}", "{__name__=\"a.b\",c=\"d\"}")]
    [InlineData("{job=~\"x|y\"}", "{job=~\"x|y\"}")]
    [InlineData("a{b='it\\'s',c=`raw\\n`,}", "a{b=\"it's\",c=\"raw\\\\n\"}")]
    [InlineData("histogram_quantile(0.99, sum by (le) (rate(a_bucket[5m]))) > 1 # b\n", "a_bucket")]
    [InlineData("label_replace(a, \"x\", \"$1\", \"y\", \"(.*)\")", "a")]
    [InlineData("count_values(\"v\", a) > topk(3, b)", "a b")]
    [InlineData("ns:rule:sum > -Inf", "ns:rule:sum")]
    [InlineData("(a + (b * (c)))", "a b c")]
    public void All_selectors_but_those_whose_absence_is_asked_for(string expression, string needs)
    {
        var read = PromQlReader.Find(expression);
        Assert.NotNull(read);
        Assert.Equal(needs, string.Join(' ', read.All));
        Assert.Empty(read.Choices);
    }

    [Fact]
    public void Of_the_operands_of_or_one_is_enough()
    {
        var read = PromQlReader.Find("(a or b * c) and d or vector(0)")!;
        Assert.Empty(read.All);
        var operands = Assert.Single(read.Choices);
        Assert.Equal(["d", ""], operands.Select(operand => string.Join(' ', operand.All)));
        Assert.Equal(["a", "b c"], Assert.Single(operands[0].Choices).Select(operand => string.Join(' ', operand.All)));
        Assert.Equal(["d", "a", "b", "c"], read.Selectors.Select(selector => selector.ToString()));
    }

    [Theory]
    [InlineData("a{b")]
    [InlineData("a{b=\"c\"")]
    [InlineData("a{b=c}")]
    [InlineData("a{=\"c\"}")]
    [InlineData("a{b=\"c\\q\"}")]
    [InlineData("sum(a")]
    [InlineData("a)")]
    [InlineData("a[5m")]
    [InlineData("\"a")]
    public void What_is_no_PromQL_is_not_guessed(string expression) => Assert.Null(PromQlReader.Find(expression));

    [Theory]
    [InlineData("=", "fail", "fail", true)]
    [InlineData("=", "fail", "fail_system", false)]
    [InlineData("!=", "fail", "total", true)]
    [InlineData("=~", "fail|fail_system", "fail_system", true)]
    [InlineData("=~", "fail", "fail_system", false)]
    [InlineData("!~", "fail.*", "fail_input", false)]
    [InlineData("=~", "(?i:FAIL)", "fail", true)]
    [InlineData("=~", "(", "anything", true)]
    public void A_matcher_matches_whole_values(string sign, string pattern, string value, bool matches) =>
        Assert.Equal(matches, new SelectorMatcher("status", sign, pattern).Matches(value));
}
