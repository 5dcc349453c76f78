using System.Reflection;

namespace MilvusMonitoring.Tests.Bounded;

/// <summary>The page on security shows the bounds that the readers have, and no others.</summary>
public sealed class BoundsPageTests
{
    [Fact]
    public void The_page_has_the_table_of_the_code()
    {
        var page = File.ReadAllLines(Path.Combine(BuiltTree.Root, "docs", "security.md"));
        var rows = page
            .SkipWhile(line => line != "## Bounds")
            .Skip(1)
            .TakeWhile(line => !line.StartsWith('#'))
            .Where(line => line.StartsWith('|'))
            .Skip(2);
        var bounds = typeof(Bounds)
            .GetProperties(BindingFlags.Static | BindingFlags.Public)
            .Select(property => Assert.IsType<Bound>(property.GetValue(null)))
            .Select(bound => $"| {bound.Reader} | {bound} |");

        Assert.Equal(bounds, rows);
    }
}
