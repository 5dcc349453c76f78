using System.Text.RegularExpressions;

namespace MilvusMonitoring.Tests.Bounded;

/// <summary>Each boundary on the page on security names the test that holds it.</summary>
public sealed partial class SecurityPageTests
{
    [Fact]
    public void Every_test_that_the_page_names_is_there()
    {
        var page = File.ReadAllText(Path.Combine(BuiltTree.Root, "docs", "security.md"));
        var tests = typeof(SecurityPageTests).Assembly.GetTypes().Select(type => type.Name).ToHashSet(StringComparer.Ordinal);

        var named = TestName().Matches(page).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.InRange(named.Count, 10, int.MaxValue);
        Assert.Empty(named.Except(tests));
    }

    [GeneratedRegex("`([A-Z][A-Za-z]+Tests)`")]
    private static partial Regex TestName();
}
