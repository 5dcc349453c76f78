using System.Text.RegularExpressions;

namespace HelpBuilder;

/// <summary>Markdown text as a terminal shows it.</summary>
internal static partial class Text
{
    /// <summary>Joins the lines of each paragraph; fenced blocks and comments are left out.</summary>
    public static IReadOnlyList<string> Paragraphs(IEnumerable<string> lines)
    {
        List<string> paragraphs = [];
        var open = false;
        var fenced = false;
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal) || fenced)
            {
                fenced ^= line.StartsWith("```", StringComparison.Ordinal);
                open = false;
            }
            else if (line.Length == 0 || line.StartsWith("<!--", StringComparison.Ordinal))
            {
                open = false;
            }
            else if (open && !IsItem(line))
            {
                paragraphs[^1] += " " + Plain(line.Trim());
            }
            else
            {
                paragraphs.Add(Plain(line.TrimEnd()));
                open = true;
            }
        }

        return paragraphs;
    }

    /// <summary>The lines of the first fenced block of a language; null where there is none.</summary>
    public static IReadOnlyList<string>? Block(IReadOnlyList<string> lines, string language)
    {
        var start = lines.ToList().FindIndex(line => line == "```" + language);
        return start < 0 ? null : [.. lines.Skip(start + 1).TakeWhile(line => line != "```")];
    }

    private static bool IsItem(string line) => line.StartsWith("- ", StringComparison.Ordinal);

    private static string Plain(string text) => Marks().Replace(Links().Replace(text, "$1"), "$2");

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Links();

    [GeneratedRegex(@"(`|\*\*)(.+?)\1")]
    private static partial Regex Marks();
}
