using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Dashboards.Places;

/// <summary>Errors of several places.</summary>
internal static class DashboardErrors
{
    /// <summary>Grafana has a dashboard with the uid that somebody has made in it, or that another file provides.</summary>
    public static MonitoringException CreateTaken(DashboardDocument document, string grafana, GrafanaDashboard live) =>
        live.IsProvisioned
            ? new(
                ErrorId.DashboardTaken,
                $"{grafana} already has a dashboard with the uid {document.Uid} from the file {live.Source ?? "of a provider"}",
                "remove it from there, or give one of the two another uid",
                document.Uid)
            : new(
                ErrorId.DashboardTaken,
                $"{grafana} already has a dashboard with the uid {document.Uid} that somebody made or imported in it",
                "export it if somebody needs it, delete it in Grafana, and run the command again",
                document.Uid);

    /// <summary>Grafana would put the dashboard in the place of one with the same title that somebody has made in it.</summary>
    public static MonitoringException CreateTitleTaken(DashboardDocument document, string grafana) =>
        new(
            ErrorId.DashboardTaken,
            $"{grafana} already has a dashboard with the title '{document.Title}' that somebody made in it",
            "rename one of the two, and run the command again",
            document.Uid);
}
