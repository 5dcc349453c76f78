using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MilvusMonitoring.KubePrometheus.Releases;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>Completes releases from the module's catalog, newest first.</summary>
internal sealed class ReleaseCompleter : IArgumentCompleter
{
    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        CompletionResults.From(
            ReleaseCatalog.All.Select(release => wordToComplete is [>= '0' and <= '9', ..] ? release.Number : release.Version),
            wordToComplete);
}
