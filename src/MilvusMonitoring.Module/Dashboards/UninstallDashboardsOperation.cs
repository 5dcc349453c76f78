using MilvusMonitoring.Dashboards.Places;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Dashboards;

/// <summary>Takes dashboards away that this module has installed: makes a plan, which only reads, and executes it if the user
/// agrees.</summary>
internal sealed class UninstallDashboardsOperation(ClusterClient client, IActivitySink sink)
{
    /// <summary>Makes the plan.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.DashboardNotFound"/>: the user names one that this module has not
    /// installed.</exception>
    public async Task<SitePlan> PlanAsync(GrafanaRequest grafana, NamePattern names, CancellationToken cancellationToken)
    {
        var site = await new PlaceFinder(client, sink).GetAsync(grafana, cancellationToken).ConfigureAwait(false);
        try
        {
            var placed = await site.Place.ListAsync(cancellationToken).ConfigureAwait(false);
            var gone = placed.Where(item => OwnDashboards.Matches(names, item.Document.Uid, item.Document.Title)).ToList();
            if (gone.Count == 0 && names.Exact is { } name)
            {
                throw new MonitoringException(
                    ErrorId.DashboardNotFound,
                    $"No dashboard that this module has installed in {site.Name} is named '{name}'",
                    NameSuggestions.Describe(name, placed.Select(item => item.Document.Uid)),
                    name);
            }

            if (gone.Count == 0)
            {
                sink.Verbose($"This module has installed no dashboard in {site.Name}.");
            }

            var changes = gone.Select(item => new DashboardChange(item.Document, ResourceAction.Deleted, item.Where)).ToList();
            return new SitePlan(site, changes, [.. changes.Select(change => DashboardView.Show(client.Connection, site, change))]);
        }
        catch
        {
            site.Dispose();
            throw;
        }
    }

    /// <summary>Executes the plan.</summary>
    public static async Task<IReadOnlyList<(MilvusDashboard Dashboard, MonitoringException? Error)>> ExecuteAsync(
        SitePlan plan,
        CancellationToken cancellationToken)
    {
        var placed = plan.Changes.Select(change => new PlacedDashboard(change.Document, change.Where)).ToList();
        var done = await plan.Site.Place.RemoveAsync(placed, cancellationToken).ConfigureAwait(false);
        return
        [
            .. plan.Results.Select(result =>
            {
                var change = done.FirstOrDefault(item => item.Document.Uid == result.Uid && item.Where == result.Where);
                return (result with { Action = change?.Action ?? ResourceAction.Skipped, Message = change?.Error?.Reason }, change?.Error);
            }),
        ];
    }
}
