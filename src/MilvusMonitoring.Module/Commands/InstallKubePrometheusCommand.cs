using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Installs or updates kube-prometheus (Prometheus, Alertmanager, Grafana and their exporters) by server-side apply.
/// Writes only objects that differ from the manifests.
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

    /// <summary>
    /// The release to install, such as <c>v0.18.0</c>. Default: the newest release that supports the cluster's Kubernetes.
    /// </summary>
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

    /// <summary>
    /// The registry for all images, with or without a path: <c>registry.example.com/mirror</c>. Default: the registries of the manifests.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ImageRegistry { get; set; }

    /// <summary>
    /// Takes over fields that other field managers own with other values. Default: each such object is an error that names the fields.
    /// </summary>
    [Parameter]
    public SwitchParameter ForceConflicts { get; set; }

    /// <summary>
    /// Installs although another Prometheus operator would run the same resources, or another tool keeps objects of the same names.
    /// Default: that is an error, and nothing is written.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowOtherOperator { get; set; }

    /// <summary>
    /// Waits until Deployments, DaemonSets, StatefulSets, the Prometheus and Alertmanager resources and API services are ready.
    /// </summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>
    /// The time limit for all waiting together, up to 1 day: seconds, <c>90s</c>, <c>5m</c>, <c>1h</c> or a TimeSpan. It begins after the
    /// download, the plan and the question. Default: 10 minutes.
    /// </summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The most requests at the same time: 1 to 64. Default: 32.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = ClusterClient.DefaultThrottleLimit;

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var options = new InstallOptions(ForceConflicts, ThrottleLimit) { AllowOtherOperator = AllowOtherOperator };
        var installation = new InstallOperation(client, output, new ReleaseStore(), options);
        var request = new ManifestRequest(Version, ResolvePath(Path), new ManifestSelection(ExcludeComponent, ImageRegistry));
        var plan = await installation.PlanAsync(request, cancellationToken).ConfigureAwait(false);
        var origin = plan.Manifests.Release?.Version ?? "from " + plan.Manifests.Source;
        var approval = await output
            .ApproveAsync($"kube-prometheus {origin} on {client.Connection.Context} ({plan.Summary})", "Install").ConfigureAwait(false);
        if (approval.IsWhatIf)
        {
            plan = await installation.ForetellAsync(plan, cancellationToken).ConfigureAwait(false);
            await output.ShowPlanAsync(plan.Resources).ConfigureAwait(false);
            output.Object(installation.Show(plan));
        }
        else if (approval.IsGiven)
        {
            output.Report(await installation.ExecuteAsync(plan, Wait, Timeout, cancellationToken).ConfigureAwait(false));
        }
    }
}
