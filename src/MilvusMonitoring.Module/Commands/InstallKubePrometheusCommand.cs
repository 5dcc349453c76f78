using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Installs kube-prometheus (Prometheus, Alertmanager, Grafana and their exporters) by server-side apply, or brings an installed one up to
/// date.
/// Objects that are as wanted are not written to.
/// </summary>
[Cmdlet(
    VerbsLifecycle.Install,
    "KubePrometheus",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium,
    DefaultParameterSetName = ReleaseSet
)]
[OutputType(typeof(KubePrometheusStack))]
public sealed class InstallKubePrometheusCommand : ClusterCommand
{
    private const string ReleaseSet = "Release";
    private const string PathSet = "Path";

    /// <summary>The release to install, such as <c>v0.18.0</c>. Without it: the newest that supports the cluster's Kubernetes.</summary>
    [Parameter(Position = 0, ParameterSetName = ReleaseSet)]
    [ArgumentCompleter(typeof(ReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Version { get; set; }

    /// <summary>A folder, .tar.gz or .zip with kube-prometheus manifests; nothing is downloaded.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Components to leave out, such as <c>grafana</c> or <c>prometheus-adapter</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ComponentCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] ExcludeComponent { get; set; } = [];

    /// <summary>A registry, with or without a path, that every image is to come from: <c>registry.example.com/mirror</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ImageRegistry { get; set; }

    /// <summary>
    /// Takes fields over that other field managers hold with other values; without it each such object is an error that names them.
    /// </summary>
    [Parameter]
    public SwitchParameter ForceConflicts { get; set; }

    /// <summary>
    /// Waits until Deployments, DaemonSets, StatefulSets, the Prometheus and Alertmanager resources and API services are ready.
    /// </summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long to wait in all: seconds, <c>90s</c>, <c>5m</c>, <c>1h</c> or a TimeSpan. Default: 10 minutes.</summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many requests may be under way at once: 1 to 64. Default: 32.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = ClusterClient.DefaultThrottleLimit;

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var store = new ReleaseStore();
        var installation = new InstallOperation(client, output, store, new InstallOptions(ForceConflicts, ThrottleLimit));
        var request = new ManifestRequest(
            Version,
            Path is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path),
            new ManifestSelection(ExcludeComponent, ImageRegistry));
        var plan = await installation.PlanAsync(request, cancellationToken).ConfigureAwait(false);
        var approval = await output
            .ApproveAsync(
                $"kube-prometheus {plan.Manifests.Release?.Version ?? "from " + plan.Manifests.Source} on {client.Connection.Context} ({plan.Summary})",
                "Install").ConfigureAwait(false);
        if (approval.IsWhatIf)
        {
            await output.ShowPlanAsync(plan.Resources).ConfigureAwait(false);
            output.Object(installation.Show(plan));
        }
        else if (approval.IsGiven)
        {
            output.Report(await installation.RunAsync(plan, Wait, Timeout, cancellationToken).ConfigureAwait(false));
        }
    }
}
