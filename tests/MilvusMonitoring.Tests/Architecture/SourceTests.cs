namespace MilvusMonitoring.Tests;

/// <summary>Holds of the source what the formatter does not: how long a line may be, and how deep a choice.</summary>
public sealed class SourceTests
{
    private const int LongestLine = 140;

    private static readonly string[] WaysToAsk =
    [
        "OperatingSystem.Is", "RuntimeInformation.IsOS", "Environment.OSVersion", "PlatformID.", "Environment.SpecialFolder", "DllImport",
    ];

    [Theory]
    [InlineData("src")]
    [InlineData("docs")]
    [InlineData("tests")]
    public void A_line_has_at_most_140_characters(string folder)
    {
        // Recordings, manifests and other data in the tests stay as they are.
        var tooLong = Lines(folder).Where(line => line.Text.Length > LongestLine && !(folder == "tests" && line.IsData));

        Assert.Empty(tooLong.Select(line => line.Place));
    }

    [Fact]
    public void The_module_chooses_among_more_than_two_by_a_switch_or_by_statements() =>
        Assert.Empty(Lines("src")
            .Where(line => IsAlternative(line.Text.TrimStart()) && Choices(line.Text) > 0)
            .Select(line => line.Place));

    [Fact]
    public void Only_the_seams_ask_which_system_they_run_on() =>
        Assert.Empty(Lines("src")
            .Where(line => WaysToAsk.Any(way => line.Text.Contains(way, StringComparison.Ordinal)))
            .Where(line => line.Place.Split(Path.DirectorySeparatorChar) is not ["src", "MilvusMonitoring.Module", "Platform", _])
            .Select(line => line.Place));

    /// <summary>Whether a line begins with what is chosen otherwise, and is not a call of another constructor.</summary>
    private static bool IsAlternative(string text) =>
        text.StartsWith(": ", StringComparison.Ordinal)
        && !text.StartsWith(": this(", StringComparison.Ordinal) && !text.StartsWith(": base(", StringComparison.Ordinal);

    /// <summary>How many conditional expressions begin on a line, those in texts left out.</summary>
    private static int Choices(string line)
    {
        var code = string.Concat(line.Split('"').Where((_, index) => index % 2 == 0));
        return code.Split(" ? ").Length - 1;
    }

    private static IEnumerable<(string Place, string Text, bool IsData)> Lines(string folder)
    {
        var root = Path.Combine(BuiltTree.Root, folder);
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Where(IsWritten))
        {
            var isRaw = false;
            foreach (var (text, index) in File.ReadLines(file).Select((text, index) => (text, index)))
            {
                var place = $"{Path.GetRelativePath(BuiltTree.Root, file)}:{index + 1}";
                yield return (place, text, isRaw || text.Contains('"', StringComparison.Ordinal));
                isRaw ^= (text.Split("\"\"\"").Length - 1) % 2 == 1;
            }
        }
    }

    /// <summary>Whether people have written a file: not what a build leaves.</summary>
    private static bool IsWritten(string file) =>
        !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin");
}
