using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>Completes context names from the kubeconfig; asks no cluster.</summary>
internal sealed class ContextCompleter : IArgumentCompleter
{
    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        CompletionResults.From(
            MergedKubeconfig.ContextNames(fakeBoundParameters["Kubeconfig"] as string, KubeconfigLocations.FromEnvironment()),
            wordToComplete);
}
