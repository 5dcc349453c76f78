using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

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
    [AllowNull]
    [AllowEmptyString]
    public string? Kubeconfig { get; set; }

    /// <summary>The context of the kubeconfig; without it the current context.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ContextCompleter))]
    [AllowNull]
    [AllowEmptyString]
    public string? Context { get; set; }

    /// <summary>
    /// An object of the pipeline may carry none of the two, but a person who types one means it: an unset variable must not lead to another
    /// cluster.
    /// </summary>
    protected sealed override void BeginProcessing()
    {
        foreach (var name in (ReadOnlySpan<string>)[nameof(Kubeconfig), nameof(Context)])
        {
            if (MyInvocation.BoundParameters.TryGetValue(name, out var value) && string.IsNullOrEmpty(value as string))
            {
                var exception = new MonitoringException(
                    ErrorId.ParameterInvalid,
                    $"-{name} was given without a value",
                    "give one, or leave the parameter out for the default",
                    name);
                var error = ErrorRecords.From(exception, name);
                AgentLog.Create(this)?.Error(error);
                ThrowTerminatingError(error);
            }
        }
    }

    /// <inheritdoc />
    private protected sealed override async Task RunAsync(CommandOutput output, CancellationToken cancellationToken)
    {
        using var connection = Connect(output);
        await RunAsync(new ClusterClient(connection), output, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a connection to the cluster that is meant.</summary>
    /// <param name="sink">Where retries are told.</param>
    private protected ClusterConnection Connect(IActivitySink sink) =>
        ClusterConnection.Open(new ClusterTarget(ResolvedKubeconfig(), string.IsNullOrEmpty(Context) ? null : Context), sink);

    /// <summary>The work on one input object.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="output">Where to say what becomes of it.</param>
    /// <param name="cancellationToken">Ctrl+C.</param>
    private protected abstract Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken);

    /// <summary>The kubeconfig that was given, as full paths; null for the default.</summary>
    private protected string? ResolvedKubeconfig() =>
        string.IsNullOrEmpty(Kubeconfig)
            ? null
            : string.Join(
                Path.PathSeparator,
                Kubeconfig
                    .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                    .Select(SessionState.Path.GetUnresolvedProviderPathFromPSPath));
}
