using MilvusMonitoring.Dashboards.Files;

namespace MilvusMonitoring.Dashboards.Places;

/// <summary>Errors of several places.</summary>
internal static class DashboardErrors
{
    /// <summary>Grafana has a dashboard of the uid that somebody has made in it.</summary>
    public static MonitoringException CreateTaken(DashboardDocument document, string grafana) =>
        new(
            ErrorId.DashboardTaken,
            $"{grafana} already has a dashboard of the uid {document.Uid} that somebody made or imported in it",
            "export it if somebody needs it, delete it in Grafana, and run the command again",
            document.Uid);
}
