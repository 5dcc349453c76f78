using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Commands.Completion;

/// <summary>Completes the components of kube-prometheus.</summary>
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

/// <summary>Completes the contexts of the kubeconfig; sends no request.</summary>
internal sealed class ContextCompleter : IArgumentCompleter
{
    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var locations = ShellKubeconfig.GetLocations();
        return CompletionResults.From(
            MergedKubeconfig.ContextNames(fakeBoundParameters["Kubeconfig"] as string, locations),
            wordToComplete);
    }
}

/// <summary>Completes the releases of the module's catalog, the newest first.</summary>
internal sealed class ReleaseCompleter : IArgumentCompleter
{
    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        // A user may type v0.18.0 or 0.18.0.
        var isNumber = wordToComplete is [>= '0' and <= '9', ..];
        return CompletionResults.From(
            ReleaseCatalog.All.Select(release => isNumber ? release.Number : release.Version),
            wordToComplete);
    }
}

/// <summary>Completes the Services and numbers of the port-forwards of this process.</summary>
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

/// <summary>Completes the names of the alerts that this module has rules for.</summary>
internal sealed class AlertNameCompleter : IArgumentCompleter
{
    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) => CompletionResults.From(AlertRules.All.Select(rule => rule.Name), wordToComplete);
}

/// <summary>Completes the dashboards of this module.</summary>
internal sealed class DashboardNameCompleter : IArgumentCompleter
{
    /// <inheritdoc />
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters) =>
        CompletionResults.From(MilvusDashboards.All.Select(dashboard => dashboard.Uid), wordToComplete);
}
