using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>Completes the services and numbers of this session's port-forwards.</summary>
internal sealed class ForwardCompleter : IArgumentCompleter
{
    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var all = PortForwardRegistry.OfThisRunspace().All;
        return parameterName == "Id"
            ? Completion.Of(all.Select(forward => (forward.Id, $"{forward.Url} to Service/{forward.Namespace}/{forward.Service}")), wordToComplete)
            : Completion.Of(all.Select(forward => forward.Service).Distinct(), wordToComplete);
    }
}
