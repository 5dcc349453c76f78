using System.Text;
using MilvusMonitoring.Alertmanagers;

namespace MilvusMonitoring.Tests.Bounded;

/// <summary>Configurations of an Alertmanager that are far larger than they look: the reader gives up at its limit.</summary>
public sealed class HostileConfigurationTests
{
    [Fact]
    public void A_configuration_that_nests_without_end_is_refused()
    {
        var deep = "route: " + new string('[', 100_000);
        Assert.Contains("nests deeper than 100 levels", Refuse(deep), StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_that_multiply_are_refused()
    {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (var level = 1; level < 40; level++)
        {
            text.Append($"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]\n");
        }

        Assert.Contains("has more than 100,000 values", Refuse(text.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_with_too_many_values_is_refused() =>
        Assert.Contains(
            "has more than 100,000 values",
            Refuse("a: [" + string.Concat(Enumerable.Repeat("x,", 200_000)) + "]"),
            StringComparison.Ordinal);

    [Fact]
    public void An_expression_that_would_take_for_ever_is_evaluated_at_once()
    {
        var matcher = LabelMatcher.Create("a", "=~", "(x+x+)+y");
        Assert.False(matcher.Matches(new Dictionary<string, string> { ["a"] = new('x', 100_000) }));
    }

    private static string Refuse(string text) => Assert.Throws<FormatException>(() => AlertmanagerConfiguration.Parse(text)).Message;
}
