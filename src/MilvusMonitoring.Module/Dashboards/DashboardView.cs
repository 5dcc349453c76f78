using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Dashboards.Places;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Dashboards;

/// <summary>Shows dashboards.</summary>
internal static class DashboardView
{
    /// <summary>Shows a dashboard with what becomes of it.</summary>
    public static MilvusDashboard Show(ClusterConnection cluster, GrafanaSite site, DashboardChange change) =>
        Show(cluster, site, change.Document) with
        {
            Method = site.Place.Method,
            Where = change.Where,
            Action = change.Action,
        };

    /// <summary>Shows a dashboard.</summary>
    public static MilvusDashboard Show(ClusterConnection cluster, GrafanaSite site, DashboardDocument document) => new()
    {
        Title = document.Title,
        Uid = document.Uid,
        Grafana = site.Name,
        GrafanaNamespace = site.Workload?.Namespace,
        GrafanaName = site.Workload?.Name,
        GrafanaUri = site.Address,
        Panels = DashboardContent.ListPanels(document.Parse()).Count,
        Context = cluster.Context,
        Kubeconfig = cluster.Kubeconfig,
    };

    /// <summary>Adds what Grafana says of a dashboard.</summary>
    /// <param name="dashboard">The dashboard.</param>
    /// <param name="site">The Grafana.</param>
    /// <param name="live">The dashboard in it; null if Grafana does not have it.</param>
    public static MilvusDashboard AddState(MilvusDashboard dashboard, GrafanaSite site, GrafanaDashboard? live) => dashboard with
    {
        IsShown = live is not null,
        Url = live?.Url is { } path ? WriteUrl(site, path) : dashboard.Url,
    };

    /// <summary>The address of a dashboard. Grafana's path has the sub-path of its address in it.</summary>
    private static string WriteUrl(GrafanaSite site, string path) =>
        site.Address is { } address && Uri.TryCreate(address, path, out var full) ? full.ToString() : path;
}
