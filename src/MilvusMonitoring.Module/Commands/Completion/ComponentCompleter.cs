using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>Completes the names of kube-prometheus's components.</summary>
internal sealed class ComponentCompleter : IArgumentCompleter
{
    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) => CompletionResults.From(ComponentName.Known, wordToComplete);
}
