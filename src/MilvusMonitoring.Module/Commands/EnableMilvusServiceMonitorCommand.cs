using System.Collections;
using System.Management.Automation;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Makes Prometheus scrape a Milvus: applies the ServiceMonitor that the chart of the installed version renders, as an object of the Helm
/// release, without helm and without a restart; or has helm apply it.
/// For a Milvus of the Milvus Operator, which makes a PodMonitor itself, turns metrics on.
/// </summary>
[Cmdlet(VerbsLifecycle.Enable, "MilvusServiceMonitor", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusServiceMonitor))]
public sealed class EnableMilvusServiceMonitorCommand : StackInstanceCommand
{
    /// <summary>
    /// The scrape interval, such as <c>30s</c> or <c>1m</c>. Default: that of the release's values, which is usually 30s.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Interval { get; set; }

    /// <summary>
    /// The scrape timeout, no longer than the interval. Default: that of the release's values, which is usually 10s.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ScrapeTimeout { get; set; }

    /// <summary>Labels for the ServiceMonitor, if Prometheus selects by labels: <c>@{ release = 'kps' }</c>.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable AdditionalLabel { get; set; } = [];

    /// <summary>
    /// <c>Native</c>: the ServiceMonitor is applied without helm. <c>Helm</c>: <c>helm upgrade</c> sets the values that make it, so that
    /// later upgrades keep it.
    /// </summary>
    [Parameter]
    public MonitorMethod Method { get; set; }

    /// <summary>The helm to run, 3.14 or newer. Default: the helm on the PATH.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HelmPath { get; set; }

    /// <summary>
    /// Where helm takes the chart from: the URL of a repository (http, https, oci), or a folder or .tgz of the installed version.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Chart { get; set; } = ChartSource.Default;

    /// <summary>Helm gets time to shut down cleanly after Ctrl+C.</summary>
    private protected override TimeSpan LongestStop =>
        Method == MonitorMethod.Helm ? HelmProcess.EndLimit + base.LongestStop : base.LongestStop;

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var operation = new EnableOperation(client, output);
        var plan = await operation.PlanAsync(ParseRequest(), cancellationToken).ConfigureAwait(false);
        if (plan.IsChange)
        {
            var approval = await output.ApproveAsync($"{plan.Target} on {client.Connection.Context}", plan.Verb).ConfigureAwait(false);
            if (approval.IsWhatIf)
            {
                output.Object(await operation.ShowAsync(plan, cancellationToken).ConfigureAwait(false));
            }

            if (!approval.IsGiven)
            {
                return;
            }
        }

        output.Object(await operation.ExecuteAsync(plan, cancellationToken).ConfigureAwait(false));
    }

    private EnableRequest ParseRequest()
    {
        EnsureInstanceIsNamed();
        var options = new MonitorOptions(Interval, ScrapeTimeout, ParseLabels(AdditionalLabel));
        return new EnableRequest(Instance, InstanceNamespace, options, ParseHelm()) { Prometheus = ChosenPrometheus };
    }

    private HelmChoice? ParseHelm()
    {
        if (Method == MonitorMethod.Helm)
        {
            var source = ChartSource.Parse(Chart, ResolvePath);
            return new HelmChoice(HelmPath is null ? null : ResolvePath(HelmPath), source);
        }

        return new[] { nameof(HelmPath), nameof(Chart) }.FirstOrDefault(IsBound) is { } parameter
            ? throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"-{parameter} works only with -Method Helm",
                $"add -Method Helm, or leave -{parameter} out",
                parameter)
            : null;
    }
}
