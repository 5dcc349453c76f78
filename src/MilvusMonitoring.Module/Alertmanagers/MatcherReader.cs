using System.Text;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Alertmanagers;

/// <summary>
/// Reads matchers as Alertmanager does from 0.22 on: <c>severity = critical</c>, <c>{a="b", c=~"d|e"}</c>; from 0.27 on also with a quoted
/// name.
/// </summary>
internal static partial class MatcherReader
{
    /// <summary>Reads all matchers of one text.</summary>
    /// <exception cref="FormatException">Alertmanager would refuse the text.</exception>
    public static IReadOnlyList<LabelMatcher> Read(string text)
    {
        // Alertmanager does not ask whether both braces are there.
        var inner = text.Trim();
        inner = inner.StartsWith('{') ? inner[1..] : inner;
        inner = inner.EndsWith('}') ? inner[..^1] : inner;
        return [.. Split(inner).Select(part => part.Trim()).Where(part => part.Length > 0).Select(ReadOne)];
    }

    /// <summary>Splits at the commas outside of quotes.</summary>
    private static IEnumerable<string> Split(string text)
    {
        var part = new StringBuilder();
        var (isQuoted, isEscaped) = (false, false);
        foreach (var character in text)
        {
            if (character == ',' && !isQuoted)
            {
                yield return part.ToString();
                part.Clear();
                continue;
            }

            isQuoted ^= character == '"' && !isEscaped;
            isEscaped = character == '\\' && !isEscaped;
            part.Append(character);
        }

        yield return part.ToString();
    }

    private static LabelMatcher ReadOne(string text)
    {
        var match = Matcher().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"'{text}' is not a matcher");
        }

        var name = match.Groups["quoted"] is { Success: true } quoted ? Unescape(quoted.Value) : match.Groups["name"].Value;
        return LabelMatcher.Create(name, match.Groups["operator"].Value, ReadValue(match.Groups["value"].Value, text));
    }

    private static string ReadValue(string raw, string text)
    {
        if (!raw.StartsWith('"'))
        {
            return HasQuote(raw) ? throw Unbalanced(text) : Unescape(raw);
        }

        var inner = raw[1..];
        if (!inner.EndsWith('"') || EndsEscaped(inner[..^1]) || HasQuote(inner[..^1]))
        {
            throw Unbalanced(text);
        }

        return Unescape(inner[..^1]);
    }

    private static bool EndsEscaped(string text) => (text.Length - text.TrimEnd('\\').Length) % 2 == 1;

    private static bool HasQuote(string text)
    {
        for (var at = text.IndexOf('"', StringComparison.Ordinal); at >= 0; at = text.IndexOf('"', at + 1))
        {
            if (!EndsEscaped(text[..at]))
            {
                return true;
            }
        }

        return false;
    }

    private static FormatException Unbalanced(string text) => new($"'{text}' has a quote that is not closed or not escaped");

    /// <summary>Alertmanager knows three escapes, and leaves any other as it is.</summary>
    private static string Unescape(string text) => Escape().Replace(text, match => match.Value switch
    {
        "\\n" => "\n",
        "\\\"" => "\"",
        "\\\\" => "\\",
        var other => other,
    });

    [GeneratedRegex(
        "^\\s*(?:(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)|\"(?<quoted>(?:[^\"\\\\]|\\\\.)+)\")\\s*(?<operator>=~|=|!=|!~)\\s*(?<value>.*?)\\s*\\z",
        RegexOptions.Singleline | RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\\.", RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Escape();
}
