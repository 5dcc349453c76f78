using System.Management.Automation;
using System.Management.Automation.Language;

namespace MilvusMonitoring.Commands;

/// <summary>Turns words into completions.</summary>
internal static class Completion
{
    /// <summary>The words that begin like what was typed, quoted where PowerShell needs it.</summary>
    public static IEnumerable<CompletionResult> Of(IEnumerable<string> words, string wordToComplete)
    {
        var typed = wordToComplete.Trim('\'', '"');
        return words
            .Where(word => word.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(word => new CompletionResult(Quoted(word), word, CompletionResultType.ParameterValue, word));
    }

    private static string Quoted(string word) =>
        word.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '/' or ':')
            ? word
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(word)}'";
}
