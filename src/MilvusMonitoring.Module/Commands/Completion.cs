using System.Management.Automation;
using MilvusMonitoring.Verification;

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
            .Select(word => new CompletionResult(PowerShellText.Argument(word), word, CompletionResultType.ParameterValue, word));
    }
}
