using System.Collections;
using System.Management.Automation;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Makes Prometheus scrape a Milvus: applies the ServiceMonitor that the chart of the installed version would render, as an object of the
/// Helm release, without helm and without restarting anything; or has helm itself do it.
/// For a Milvus of the Milvus Operator, which makes a PodMonitor itself, turns metrics on where they are off.
/// </summary>
[Cmdlet(VerbsLifecycle.Enable, "MilvusServiceMonitor", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusServiceMonitor))]
public sealed class EnableMilvusServiceMonitorCommand : InstanceCommand
{
    /// <summary>How often to scrape, such as <c>30s</c> or <c>1m</c>. Without it: what the release's values say, 30s as a rule.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Interval { get; set; }

    /// <summary>
    /// How long a scrape may take, no longer than the interval. Without it: what the release's values say, 10s as a rule.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ScrapeTimeout { get; set; }

    /// <summary>Labels for the ServiceMonitor, where Prometheus selects by labels: <c>@{ release = 'kps' }</c>.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable AdditionalLabel { get; set; } = [];

    /// <summary>
    /// <c>Native</c>: the ServiceMonitor is applied, and no helm is needed. <c>Helm</c>: <c>helm upgrade</c> sets the values that make it,
    /// so that it lasts there too.
    /// </summary>
    [Parameter]
    public MonitorMethod Method { get; set; }

    /// <summary>The helm to run, 3.14 or newer; without it the one on the PATH.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HelmPath { get; set; }

    /// <summary>
    /// Where helm takes the chart from: the URL of a repository (http, https, oci), or a folder or .tgz of the installed version.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Chart { get; set; } = ChartSource.Default;

    /// <summary>Helm is let end cleanly, which comes before ending soon.</summary>
    private protected override TimeSpan LongestStop =>
        Method == MonitorMethod.Helm ? HelmProcess.EndLimit + base.LongestStop : base.LongestStop;

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var source = HelmSource();
        var labels = AdditionalLabel
            .Cast<DictionaryEntry>()
            .ToDictionary(label => $"{label.Key}", label => $"{label.Value}", StringComparer.Ordinal);
        var reader = new MonitorReader(client, output);
        var applier = new MonitorApplier(client, output, reader);
        var found = await new InstanceFinder(client, output).FindOneAsync(Instance, Namespace, cancellationToken).ConfigureAwait(false);
        var options = new MonitorOptions(Interval, ScrapeTimeout, labels);
        var plan = await new MonitorPlanner(client, output, reader)
            .PlanAsync(found, options, Method, cancellationToken).ConfigureAwait(false);
        HelmUpgrade? upgrade = null;
        if (plan.Action != ResourceAction.Unchanged)
        {
            upgrade = source is null
                ? null
                : await HelmUpgrade
                    .PrepareAsync(client, output, plan, options, FullPath(HelmPath), source, cancellationToken).ConfigureAwait(false);
            var (target, action) =
                plan.Wanted is null
                    ? ($"the metrics of Milvus/{found.Instance}, upon which the Milvus Operator makes {found.MonitorId},", "Turn on")
                : upgrade is not null ? (upgrade.Target, "Upgrade")
                : (found.MonitorId.ToString(), plan.Live is null ? "Create" : "Configure");
            var approval = await output.ApproveAsync($"{target} on {client.Connection.Context}", action).ConfigureAwait(false);
            if (approval.IsWhatIf)
            {
                output.Object(await applier.ShowAsync(plan, cancellationToken).ConfigureAwait(false));
            }

            if (!approval.IsGiven)
            {
                return;
            }
        }

        if (upgrade is null)
        {
            output.Object(await applier.ApplyAsync(plan, cancellationToken).ConfigureAwait(false));
            return;
        }

        await upgrade.RunAsync(cancellationToken).ConfigureAwait(false);
        await applier.SettleAsync(plan, cancellationToken).ConfigureAwait(false);
        output.Object(
            await applier.ReportAsync(plan, plan.Action, cancellationToken).ConfigureAwait(false) ?? throw upgrade.MonitorMissing());
    }

    /// <summary>Where helm takes the chart from; null where helm is not to be run.</summary>
    private ChartSource? HelmSource()
    {
        if (Method == MonitorMethod.Helm)
        {
            return ChartSource.Parse(Chart, path => FullPath(path)!);
        }

        return new[] { nameof(HelmPath), nameof(Chart) }.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } parameter
            ? throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"-{parameter} has a meaning for -Method Helm only",
                $"add that, or leave -{parameter} out",
                parameter)
            : null;
    }

    private string? FullPath(string? path) => path is null ? null : SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);
}
