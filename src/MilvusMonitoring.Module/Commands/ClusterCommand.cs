using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Commands;

/// <summary>The base of all cmdlets that use a cluster: its parameters select the cluster.</summary>
public abstract class ClusterCommand : AsyncCommand
{
    /// <summary>The alias of <see cref="Kubeconfig"/>.</summary>
    internal const string ConfigPath = "ConfigPath";

    private static readonly string[] s_clusterParameters = [nameof(Kubeconfig), nameof(Context)];

    private bool _isPiped;

    /// <summary>
    /// The kubeconfig, or several, separated as in <c>KUBECONFIG</c>.
    /// Default: <c>$env:KUBECONFIG</c>, then <c>~/.kube/config</c>, then the service account of the pod that the command runs in.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias(ConfigPath)]
    [AllowNull]
    [AllowEmptyString]
    public string? Kubeconfig { get; set; }

    /// <summary>The context of the kubeconfig. Default: the current context.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ContextCompleter))]
    [AllowNull]
    [AllowEmptyString]
    public string? Context { get; set; }

    /// <summary>
    /// Refuses a parameter that was typed with an empty value: an unset variable must not select another cluster. An object of the pipeline
    /// may leave both parameters empty.
    /// </summary>
    protected override void BeginProcessing()
    {
        _isPiped = MyInvocation.ExpectingInput && !s_clusterParameters.All(MyInvocation.BoundParameters.ContainsKey);
        foreach (var name in s_clusterParameters)
        {
            if (MyInvocation.BoundParameters.TryGetValue(name, out var value) && string.IsNullOrEmpty(value as string))
            {
                var exception = new MonitoringException(
                    ErrorId.ParameterInvalid,
                    $"-{name} has no value",
                    "give a value, or leave the parameter out for the default",
                    name);
                var error = ErrorRecords.From(exception, name);
                AgentLog.Create(this)?.Error(error);
                ThrowTerminatingError(error);
            }
        }
    }

    /// <summary>The cluster, if the pipeline may name another one in the next object.</summary>
    private protected override object? Subject => _isPiped ? (Kubeconfig, Context) : null;

    /// <inheritdoc />
    private protected sealed override async Task RunAsync(CommandOutput output, CancellationToken cancellationToken)
    {
        using var connection = ClusterConnection.Open(ResolveTarget(), output);
        await RunAsync(new ClusterClient(connection), output, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The cluster that the parameters select.</summary>
    private protected ClusterTarget ResolveTarget() => ShellKubeconfig.CreateTarget(SessionState, Kubeconfig, Context);

    /// <summary>Processes one input object.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="output">Writes objects, errors and messages.</param>
    /// <param name="cancellationToken">Cancelled by Ctrl+C.</param>
    private protected abstract Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken);

    /// <summary>The full paths of <see cref="Kubeconfig"/>; null for the default.</summary>
    private protected string? ResolveKubeconfig() =>
        string.IsNullOrEmpty(Kubeconfig) ? null : string.Join(Path.PathSeparator, ResolveTarget().Files!);
}
