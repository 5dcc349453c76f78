using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Uninstalls kube-prometheus by the inventory that Install-KubePrometheus keeps in the cluster, or by manifests for a stack that another
/// tool installed.
/// What others use or own stays; what holds an object is named, never forced.
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
    /// Deletes definitions with others' custom resources in them, and the namespace with what others put there. It does not answer the
    /// question whether to go ahead: <c>-Confirm:$false</c> does.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>
    /// How long to wait in all for objects to be gone: seconds, <c>90s</c>, <c>5m</c>, <c>1h</c> or a TimeSpan. Default: 5 minutes.
    /// </summary>
    [Parameter]
    [Duration]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many requests may be under way at once: 1 to 64. Default: 32.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = ClusterClient.DefaultThrottleLimit;

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var store = new ReleaseStore();
        var removal = new UninstallOperation(client, output, store, Force, ThrottleLimit);
        var request =
            ParameterSetName == InventorySet
                ? null
                : new ManifestRequest(
                    Version,
                    Path is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path),
                    ManifestSelection.All);
        var plans = await removal.PlanAsync(request, cancellationToken).ConfigureAwait(false);
        if (plans.Count == 0)
        {
            output.Warning(
                $"No inventory of kube-prometheus is in {client.Connection.Context}: nothing to uninstall. For a stack that another tool installed, give -Version or -Path."
            );
        }

        foreach (var plan in plans)
        {
            var approval = await output
                .ApproveAsync(
                    $"kube-prometheus {plan.Release ?? "of an unknown release"} in {plan.Namespace} on {client.Connection.Context} ({plan.Summary})",
                    "Uninstall").ConfigureAwait(false);
            if (approval.IsWhatIf)
            {
                await output.ShowPlanAsync(plan.Resources.Where(resource => resource.Live is not null)).ConfigureAwait(false);
                output.Object(removal.Show(plan));
            }
            else if (approval.IsGiven)
            {
                output.Report(await removal.RunAsync(plan, Timeout, cancellationToken).ConfigureAwait(false));
            }
        }
    }
}
