using System.Management.Automation;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>Creates completions.</summary>
internal static class CompletionResults
{
    /// <summary>
    /// The words that begin with the typed text, quoted if PowerShell needs quotes. A word that is not safe to print is not offered.
    /// </summary>
    public static IEnumerable<CompletionResult> From(IEnumerable<string> words, string wordToComplete) =>
        words
            .Where(word => StartsWith(word, TrimQuotes(wordToComplete)) && SafeText.Clean(word) == word)
            .Select(word => CreateResult(PowerShellText.Quote(word), word, word));

    /// <summary>The numbers that begin with the typed text, each with a description.</summary>
    public static IEnumerable<CompletionResult> From(IEnumerable<(int Number, string Description)> numbers, string wordToComplete) =>
        numbers
            .Where(item => StartsWith($"{item.Number}", TrimQuotes(wordToComplete)))
            .Select(item => (Number: $"{item.Number}", Description: SafeText.Clean(item.Description)))
            .Select(item => CreateResult(item.Number, $"{item.Number}  {item.Description}", item.Description));

    private static string TrimQuotes(string wordToComplete) => wordToComplete.Trim('\'', '"');

    private static bool StartsWith(string word, string typed) => word.StartsWith(typed, StringComparison.OrdinalIgnoreCase);

    private static CompletionResult CreateResult(string text, string shown, string tip) =>
        new(text, shown, CompletionResultType.ParameterValue, tip);
}
