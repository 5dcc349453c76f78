using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>Completes the services and numbers of this session's port-forwards.</summary>
internal sealed class ForwardCompleter : IArgumentCompleter
{
    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var all = PortForwardRegistry.ForRunspace().All;
        return parameterName == "Id"
            ? CompletionResults.From(
                all.Select(forward => (forward.Id, $"{forward.Url} to Service/{forward.Namespace}/{forward.Service}")),
                wordToComplete)
            : CompletionResults.From(all.Select(forward => forward.Service).Distinct(), wordToComplete);
    }
}
