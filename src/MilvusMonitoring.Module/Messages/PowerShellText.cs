namespace MilvusMonitoring.Messages;

/// <summary>Writes words so that PowerShell reads them as they are.</summary>
internal static class PowerShellText
{
    // PowerShell takes the typographic ones for single quotes too.
    private const string SingleQuotes = "'\u2018\u2019\u201a\u201b";

    /// <summary>A word as an argument: bare where that is safe, else in single quotes.</summary>
    public static string Argument(string word) =>
        word.Length > 0
        && (char.IsAsciiLetter(word[0]) || word[0] is '/')
        && word.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '/' or ':')
            ? word
            : $"'{string.Concat(word.Select(character => SingleQuotes.Contains(character, StringComparison.Ordinal) ? $"{character}{character}" : $"{character}"))}'";
}
