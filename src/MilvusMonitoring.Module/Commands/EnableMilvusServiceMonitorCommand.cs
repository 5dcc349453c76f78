using System.Collections;
using System.Management.Automation;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Makes Prometheus scrape a Milvus: applies the ServiceMonitor that the chart of the installed version would render, as an object of the Helm release, without helm and without restarting anything.
/// For a Milvus of the Milvus Operator, which makes a PodMonitor itself, turns metrics on where they are off.
/// </summary>
[Cmdlet(VerbsLifecycle.Enable, "MilvusServiceMonitor", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(MilvusServiceMonitor))]
public sealed class EnableMilvusServiceMonitorCommand : ClusterCommand
{
    /// <summary>The name of the Milvus: of its Helm release, or of the Operator's resource.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    public string Instance { get; set; } = string.Empty;

    /// <summary>Its namespace; needed where several namespaces have a Milvus of that name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>How often to scrape, such as <c>30s</c> or <c>1m</c>. Without it: what the release's values say, 30s as a rule.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Interval { get; set; }

    /// <summary>How long a scrape may take, no longer than the interval. Without it: what the release's values say, 10s as a rule.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ScrapeTimeout { get; set; }

    /// <summary>Labels for the ServiceMonitor, where Prometheus selects by labels: <c>@{ release = 'kps' }</c>.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable AdditionalLabel { get; set; } = [];

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var labels = AdditionalLabel.Cast<DictionaryEntry>().ToDictionary(label => $"{label.Key}", label => $"{label.Value}", StringComparer.Ordinal);
        var reader = new MonitorReader(client, output);
        var applier = new MonitorApplier(client, output, reader);
        var found = await new InstanceFinder(client, output).FindOneAsync(Instance, Namespace, cancellationToken).ConfigureAwait(false);
        var plan = await new MonitorPlanner(client, output, reader).PlanAsync(found, new MonitorOptions(Interval, ScrapeTimeout, labels), cancellationToken).ConfigureAwait(false);
        if (plan.Action != ResourceAction.Unchanged)
        {
            var (target, action) = plan.Wanted is null
                ? ($"the metrics of Milvus/{found.Instance}, upon which the Milvus Operator makes {found.MonitorId},", "Turn on")
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

        output.Object(await applier.ApplyAsync(plan, cancellationToken).ConfigureAwait(false));
    }
}
