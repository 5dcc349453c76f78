using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Uninstalls kube-prometheus by the inventory that Install-KubePrometheus keeps in the cluster. By manifests, uninstalls a stack that
/// another tool installed.
/// Keeps objects that others use or own. Names what blocks a deletion, and never removes finalizers.
/// </summary>
[Cmdlet(
    VerbsLifecycle.Uninstall,
    "KubePrometheus",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = InventorySet
)]
[OutputType(typeof(KubePrometheusStack))]
public sealed class UninstallKubePrometheusCommand : ClusterCommand
{
    private const string InventorySet = "Inventory";
    private const string ReleaseSet = "Release";
    private const string PathSet = "Path";

    /// <summary>The namespace of the stack to uninstall, if the cluster has several. A stack from the pipeline brings its own.</summary>
    [Parameter(ParameterSetName = InventorySet, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>The release whose objects to delete, for a stack that another tool installed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ReleaseSet)]
    [ArgumentCompleter(typeof(ReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Version { get; set; }

    /// <summary>A folder, .tar.gz or .zip with the manifests whose objects to delete, for a stack that another tool installed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>
    /// Deletes CRDs although others have custom resources of their kinds, and the namespace although others have objects in it. Does not
    /// suppress the question whether to go ahead: <c>-Confirm:$false</c> does.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>
    /// How long to wait for the deletions, up to 1 day: seconds, <c>90s</c>, <c>5m</c>, <c>1h</c> or a TimeSpan. Default: 5 minutes.
    /// </summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The most requests at the same time: 1 to 64. Default: 32.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = ClusterClient.DefaultThrottleLimit;

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var removal = new UninstallOperation(client, output, new ReleaseStore(), Force, ThrottleLimit);
        var request = ParameterSetName == InventorySet ? null : new ManifestRequest(Version, ResolvePath(Path), ManifestSelection.All);
        var plan = await removal.PlanAsync(request, Namespace, cancellationToken).ConfigureAwait(false);
        if (plan is null)
        {
            return;
        }

        var stack = $"kube-prometheus {plan.Release ?? "of an unknown release"} in {plan.Namespace}";
        var approval = await output
            .ApproveAsync($"{stack} on {client.Connection.Context} ({plan.Summary})", "Uninstall", plan.Notes).ConfigureAwait(false);
        if (approval.IsWhatIf)
        {
            await output.ShowPlanAsync(plan.Resources.Where(resource => resource.Live is not null)).ConfigureAwait(false);
            output.Object(removal.Show(plan));
        }
        else if (approval.IsGiven)
        {
            output.Report(await removal.ExecuteAsync(plan, Timeout, cancellationToken).ConfigureAwait(false));
        }
    }
}
