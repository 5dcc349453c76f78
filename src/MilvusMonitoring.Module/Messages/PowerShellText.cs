namespace MilvusMonitoring.Messages;

/// <summary>Quotes text for PowerShell.</summary>
internal static class PowerShellText
{
    // PowerShell reads the typographic quotes as single quotes too.
    private const string SingleQuotes = "'\u2018\u2019\u201a\u201b";

    /// <summary>Writes a word as an argument: bare if that is safe, or else in single quotes.</summary>
    public static string Quote(string word) =>
        word.Length > 0
        && (char.IsAsciiLetter(word[0]) || word[0] is '/')
        && word.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '/' or ':')
            ? word
            : $"'{string.Concat(word.Select(Escape))}'";

    private static string Escape(char character) => new(character, SingleQuotes.Contains(character, StringComparison.Ordinal) ? 2 : 1);
}
