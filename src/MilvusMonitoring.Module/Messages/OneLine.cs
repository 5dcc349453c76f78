using System.Globalization;
using System.Text;

namespace MilvusMonitoring.Messages;

/// <summary>Turns text of other programs (servers, plugins, proxies) into one line of a message.</summary>
internal static class OneLine
{
    /// <summary>Replaces every run of white space and control characters with one space, and cuts the text at a limit.</summary>
    /// <param name="limit">The limit in characters.</param>
    public static string Clean(string? text, int limit = 600)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var line = new StringBuilder(Math.Min(text.Length, limit));
        var gap = false;
        foreach (var character in text)
        {
            if (char.IsWhiteSpace(character) || char.IsControl(character) || IsInvisible(character))
            {
                gap = line.Length > 0;
                continue;
            }

            if (line.Length >= limit)
            {
                return line.Append('…').ToString();
            }

            if (gap)
            {
                line.Append(' ');
                gap = false;
            }

            line.Append(character);
        }

        return line.ToString();
    }

    /// <summary>Makes a phrase, such as the remedy of an error, a sentence of its own.</summary>
    public static string ToSentence(string phrase) => $"{Capitalize(phrase)}.";

    public static string Capitalize(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}";

    /// <summary>Removes the punctuation at the end of a line, so that more text can follow.</summary>
    public static string TrimPunctuation(string text) => text.TrimEnd('.', ';', ':', ',', ' ');

    // With direction marks and line separators, a server's text could rearrange the line that shows it.
    private static bool IsInvisible(char character) =>
        char.GetUnicodeCategory(character)
            is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
}
