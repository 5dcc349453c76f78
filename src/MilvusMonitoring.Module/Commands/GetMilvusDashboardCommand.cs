using System.Management.Automation;
using MilvusMonitoring.Commands.Completion;
using MilvusMonitoring.Dashboards;
using MilvusMonitoring.Dashboards.Places;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Commands;

/// <summary>
/// Shows the dashboards of Milvus, whoever made them: where they come from, whether Grafana has them, and which of their panels show
/// nothing, with the reason. Asks each query through the data source of Grafana.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MilvusDashboard")]
[OutputType(typeof(MilvusDashboard))]
public sealed class GetMilvusDashboardCommand : DashboardCommand
{
    /// <summary>The uid, the title, or the last word of the title; wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DashboardNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>
    /// A Milvus whose series the panels are to show, or a stack whose Grafana to ask. Default: every Milvus of the cluster.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc />
    private protected override async Task RunAsync(ClusterClient client, CommandOutput output, CancellationToken cancellationToken)
    {
        var names = NameWildcards.Parse(Name);
        using var site = await new PlaceFinder(client, output)
            .GetAsync(CreateGrafanaRequest(InputObject), cancellationToken).ConfigureAwait(false);
        var milvus = FindInstance(InputObject) is { } instance ? [instance] : Array.Empty<(string?, string)>();
        var instances = await new ShownMilvusFinder(client, output).ListAsync(milvus, cancellationToken).ConfigureAwait(false);
        var dashboards = await new DashboardReader(client, output)
            .ListAsync(site, names, instances, cancellationToken).ConfigureAwait(false);
        output.Objects(dashboards);
        if (dashboards.Count == 0 && names.Exact is { } name)
        {
            throw new MonitoringException(
                ErrorId.DashboardNotFound,
                $"No dashboard of Milvus in {site.Name} is named '{name}'",
                "list the existing dashboards with Get-MilvusDashboard, or run Install-MilvusDashboard",
                name);
        }
    }
}
