using System.Text;

namespace MilvusMonitoring.Messages;

/// <summary>Text from elsewhere (servers, plugins, proxies) made fit for one line of a message.</summary>
internal static class OneLine
{
    /// <summary>Turns every run of white space and control characters into one space and cuts what is too long.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">The most characters that are kept.</param>
    /// <returns>One line without control characters.</returns>
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

    /// <summary>Ends a sentence so that another can follow: no full stop, semicolon or colon at the end.</summary>
    /// <param name="text">One line.</param>
    /// <returns>The line without its last mark.</returns>
    public static string WithoutEnd(string text) => text.TrimEnd('.', ';', ':', ',', ' ');

    // Direction marks and line separators would let a server's text rearrange the line that it is shown in.
    private static bool IsInvisible(char character) =>
        character
            is '\u2028'
                or '\u2029'
                or (>= '\u200b' and <= '\u200f')
                or (>= '\u202a' and <= '\u202e')
                or (>= '\u2066' and <= '\u2069')
                or '\ufeff';
}
