using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Dashboards.Places;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Dashboards;

/// <summary>Reads the dashboards of Milvus: those that this module has installed, and those that Grafana has of others.</summary>
internal sealed class DashboardReader(ClusterClient client, IActivitySink sink)
{
    private const string Subject = "Milvus";

    /// <summary>The most dashboards of others that are read: each takes several requests.</summary>
    private const int MostOthers = 50;

    /// <summary>Lists dashboards, with the panels that show nothing.</summary>
    /// <param name="site">The Grafana.</param>
    /// <param name="names">The names that the user asks for.</param>
    /// <param name="instances">The Milvus that the dashboards show.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    public async Task<IReadOnlyList<MilvusDashboard>> ListAsync(
        GrafanaSite site,
        NamePattern names,
        IReadOnlyList<ShownMilvus> instances,
        CancellationToken cancellationToken)
    {
        var placed = await site.Place.ListAsync(cancellationToken).ConfigureAwait(false);
        var wanted = placed.Where(item => OwnDashboards.Matches(names, item.Document.Uid, item.Document.Title)).ToList();
        SignedInGrafana grafana;
        try
        {
            grafana = await SignedInGrafana.GetAsync(site, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (SignedInGrafana.IsMissing(exception))
        {
            sink.Warning($"Only the dashboards in the cluster are shown: {exception.Message}");
            return [.. wanted.Select(item => Show(site, item))];
        }

        var probe = await FindProbeAsync(grafana, site, instances, cancellationToken).ConfigureAwait(false);
        var all = new List<MilvusDashboard>();
        foreach (var item in wanted)
        {
            var live = await grafana.Api.FindDashboardAsync(item.Document.Uid, grafana.Login, cancellationToken).ConfigureAwait(false);
            var shown = DashboardView.AddState(Show(site, item), site, live) with
            {
                Message = live is null ? DescribeMissing(site) : null,
            };
            all.Add(await AddPanelsAsync(probe, shown, item.Document, cancellationToken).ConfigureAwait(false));
        }

        var known = placed.Select(item => item.Document.Uid).ToHashSet(StringComparer.Ordinal);
        var others = await grafana.Api.ListTitledAsync(Subject, grafana.Login, cancellationToken).ConfigureAwait(false);
        var wantedOthers = others
            .Where(other => !known.Contains(other.Uid) && OwnDashboards.Matches(names, other.Uid, other.Title))
            .ToList();
        if (wantedOthers.Count > MostOthers)
        {
            sink.Warning($"{wantedOthers.Count} dashboards of others have {Subject} in their titles; the first {MostOthers} are shown.");
        }

        foreach (var other in wantedOthers.Take(MostOthers))
        {
            if (await ReadOtherAsync(grafana, site, probe, other, cancellationToken).ConfigureAwait(false) is { } shown)
            {
                all.Add(shown);
            }
        }

        return all;
    }

    private MilvusDashboard Show(GrafanaSite site, PlacedDashboard item) => DashboardView.Show(client.Connection, site, item.Document) with
    {
        Method = site.Place.Method,
        Where = item.Where,
    };

    private async Task<MilvusDashboard?> ReadOtherAsync(
        SignedInGrafana grafana,
        GrafanaSite site,
        PanelProbe? probe,
        FoundDashboard other,
        CancellationToken cancellationToken)
    {
        if (await grafana.Api.FindDashboardAsync(other.Uid, grafana.Login, cancellationToken).ConfigureAwait(false) is not { } live
            || DashboardDocument.Find(live.Model.GetRawText()) is not { } document)
        {
            return null;
        }

        var faults = DashboardRepair.Find(document.Parse());
        var shown = DashboardView.AddState(DashboardView.Show(client.Connection, site, document), site, live) with
        {
            Where = live.IsProvisioned ? $"the file {live.Source ?? "of its provider"}" : $"{site.Name}, made in it",
            Message = faults.Any ? faults.ToString() : null,
        };
        return await AddPanelsAsync(probe, shown, document, cancellationToken).ConfigureAwait(false);
    }

    private async Task<MilvusDashboard> AddPanelsAsync(
        PanelProbe? probe,
        MilvusDashboard dashboard,
        DashboardDocument document,
        CancellationToken cancellationToken)
    {
        if (probe is null)
        {
            return dashboard;
        }

        sink.Progress("Asking the queries of dashboards", dashboard.Title, -1);
        try
        {
            var empty = await probe.ListEmptyAsync(document.Parse(), cancellationToken).ConfigureAwait(false);
            return dashboard with { PanelsWithoutData = empty };
        }
        catch (MonitoringException exception) when (SignedInGrafana.IsMissing(exception))
        {
            sink.Warning($"It is not known whether panels of {dashboard} have data: {exception.Message}");
            return dashboard;
        }
    }

    private async Task<PanelProbe?> FindProbeAsync(
        SignedInGrafana grafana,
        GrafanaSite site,
        IReadOnlyList<ShownMilvus> instances,
        CancellationToken cancellationToken)
    {
        GrafanaDataSource? source;
        try
        {
            source = await grafana.Api.FindDataSourceAsync(grafana.Login, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.NotAuthenticated)
        {
            sink.Warning($"It is not known whether panels have data: {site.Name} shows its data sources to administrators only.");
            return null;
        }

        if (source is null)
        {
            sink.Warning($"{site.Name} has no Prometheus data source, so that no panel of it can have data.");
            return null;
        }

        var (prometheus, error) = await grafana.Api
            .FindPrometheusAsync(source, grafana.Version, grafana.Login, cancellationToken).ConfigureAwait(false);
        if (prometheus is null)
        {
            sink.Warning(
                $"It is not known whether panels have data: the data source '{source.Name}' of {site.Name} does not answer: {error}.");
            return null;
        }

        return new PanelProbe(prometheus, instances);
    }

    private static string DescribeMissing(GrafanaSite site) => site.Place.Method switch
    {
        DashboardMethod.MountedConfigMap => "Grafana does not have it yet: a new key takes about a minute",
        DashboardMethod.GrafanaOperator => "Grafana does not have it: see the status of the GrafanaDashboard",
        _ => "Grafana does not have it: see the log of its sidecar",
    };
}
