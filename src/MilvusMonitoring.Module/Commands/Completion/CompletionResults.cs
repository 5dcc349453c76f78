using System.Management.Automation;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>Turns words into completions.</summary>
internal static class CompletionResults
{
    /// <summary>The words that begin like what was typed, quoted where PowerShell needs it.</summary>
    public static IEnumerable<CompletionResult> From(IEnumerable<string> words, string wordToComplete) =>
        words.Where(word => Begins(word, Typed(wordToComplete))).Select(word => Result(PowerShellText.Quote(word), word, word));

    /// <summary>The numbers that begin like what was typed, and what each of them stands for.</summary>
    public static IEnumerable<CompletionResult> From(IEnumerable<(int Number, string Meaning)> numbers, string wordToComplete) =>
        numbers
            .Where(item => Begins($"{item.Number}", Typed(wordToComplete)))
            .Select(item => Result($"{item.Number}", $"{item.Number}  {item.Meaning}", item.Meaning));

    private static string Typed(string wordToComplete) => wordToComplete.Trim('\'', '"');

    private static bool Begins(string word, string typed) => word.StartsWith(typed, StringComparison.OrdinalIgnoreCase);

    private static CompletionResult Result(string text, string shown, string tip) =>
        new(text, shown, CompletionResultType.ParameterValue, tip);
}
