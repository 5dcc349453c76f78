using System.Management.Automation;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>What all cmdlets that talk to a cluster have in common: which cluster.</summary>
public abstract class ClusterCommand : AsyncCommand
{
    /// <summary>
    /// The kubeconfig to use, or several, separated as in <c>KUBECONFIG</c>.
    /// Without it: <c>$env:KUBECONFIG</c>, then <c>~/.kube/config</c>, then the service account of the pod that the command runs in.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ConfigPath")]
    [ValidateNotNullOrEmpty]
    public string? Kubeconfig { get; set; }

    /// <summary>The context of the kubeconfig; without it the current context.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ContextCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Context { get; set; }

    /// <inheritdoc />
    private protected sealed override async Task RunAsync(CommandOutput output, CancellationToken cancellationToken)
    {
        using var connection = ClusterConnection.Open(new ClusterTarget(ResolvedKubeconfig(), Context), output);
        await RunAsync(new ClusterClient(connection), output, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The work on one input object.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="output">Where to say what becomes of it.</param>
    /// <param name="cancellationToken">Ctrl+C.</param>
    private protected abstract Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken);

    private string? ResolvedKubeconfig() => Kubeconfig is null
        ? null
        : string.Join(Path.PathSeparator, Kubeconfig.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(SessionState.Path.GetUnresolvedProviderPathFromPSPath));
}
