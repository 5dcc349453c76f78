using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MilvusMonitoring;

/// <summary>
/// Makes text from outside safe to print: no control character reaches a terminal, and no logging command reaches the agent of a pipeline.
/// What is replaced or broken stays visible. Safe text comes back as it is.
/// </summary>
internal static class SafeText
{
    private const char Replacement = '\ufffd';
    private const char Delete = '\u007f';

    // Unicode has a picture for each control character of ASCII.
    private const char FirstPicture = '\u2400';
    private const char PictureOfDelete = '\u2421';

    // No name of a logging command is longer.
    private const int LongestCommand = 64;

    // Buildkite makes a line that begins with one of these words the heading of a group.
    private static readonly string[] Headings = ["---", "+++", "~~~", "^^^"];

    /// <summary>Makes a text of one line safe. Line breaks and tabs become spaces.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Clean(string? text) => text is null || IsPlain(text) ? text : BreakCommands(ReplaceInvisible(text));

    /// <summary>Makes the texts of a list safe.</summary>
    public static IReadOnlyList<string> CleanAll(IReadOnlyList<string> texts) => [.. texts.Select(text => Clean(text))];

    /// <summary>Makes names and values safe. Of two names that become equal, the last one counts.</summary>
    public static IReadOnlyDictionary<string, string> CleanAll(IReadOnlyDictionary<string, string> texts)
    {
        var clean = new Dictionary<string, string>(texts.Count, StringComparer.Ordinal);
        foreach (var (name, value) in texts)
        {
            clean[Clean(name)] = Clean(value);
        }

        return clean;
    }

    /// <summary>Makes a text of several lines safe, line by line.</summary>
    public static string CleanLines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(Clean));

    private static bool IsPlain(string text) =>
        !text.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && !text.Contains("##", StringComparison.Ordinal)
        && !text.Contains("::", StringComparison.Ordinal)
        && !IsHeading(text.AsSpan().TrimStart());

    private static string ReplaceInvisible(string text)
    {
        var visible = new StringBuilder(text.Length);

        // An enumeration of runes replaces the lone half of a surrogate pair.
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is not ('\n' or '\r' or '\t'))
            {
                visible.Append(Show(rune));
            }
            else if (visible.Length == 0 || visible[^1] != ' ')
            {
                visible.Append(' ');
            }
        }

        return visible.ToString();
    }

    private static string Show(Rune rune) => rune.Value switch
    {
        < ' ' => ((char)(FirstPicture + rune.Value)).ToString(),
        Delete => PictureOfDelete.ToString(),
        _ => Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
            ? Replacement.ToString()
            : rune.ToString(),
    };

    private static string BreakCommands(string text)
    {
        var start = text.Length - text.AsSpan().TrimStart().Length;
        var broken = new StringBuilder(text.Length + 1);
        for (var at = 0; at < text.Length;)
        {
            var run = CountSame(text, at);
            if (IsCommand(text, at, run, isStart: at == start))
            {
                broken.AppendJoin(' ', text.Substring(at, run).AsEnumerable());
            }
            else
            {
                broken.Append(text, at, run);
            }

            at += run;
        }

        return broken.ToString();
    }

    // Azure, TeamCity, Octopus and old runners of GitHub look for ##…[ anywhere in a line, runners of GitHub for ::name at its start. A
    // console may wrap a text anywhere, so that each :: before a name counts, but for those of IPv6 addresses.
    private static bool IsCommand(string text, int at, int run, bool isStart) => text[at] switch
    {
        '#' => run > 1,
        ':' => run > 1 && (IsCommandName(text.AsSpan(at + run)) || (isStart && text.IndexOf("::", at + run, StringComparison.Ordinal) > 0)),
        _ => isStart && IsHeading(text.AsSpan(at)),
    };

    private static bool IsCommandName(ReadOnlySpan<char> text)
    {
        foreach (var character in text[..Math.Min(text.Length, LongestCommand)])
        {
            if (!char.IsAsciiHexDigit(character))
            {
                return char.IsAsciiLetter(character) || character == '-';
            }
        }

        return false;
    }

    private static bool IsHeading(ReadOnlySpan<char> line)
    {
        foreach (var heading in Headings)
        {
            if (line.StartsWith(heading, StringComparison.Ordinal) && (line.Length == heading.Length || line[heading.Length] == ' '))
            {
                return true;
            }
        }

        return false;
    }

    private static int CountSame(string text, int at)
    {
        var rest = text.AsSpan(at);
        var end = rest.IndexOfAnyExcept(rest[0]);
        return end < 0 ? rest.Length : end;
    }
}
