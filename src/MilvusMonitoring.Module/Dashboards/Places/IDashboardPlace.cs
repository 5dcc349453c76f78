using MilvusMonitoring.Dashboards.Files;

namespace MilvusMonitoring.Dashboards.Places;

/// <summary>A dashboard that this module has put into a place.</summary>
/// <param name="Document">The dashboard.</param>
/// <param name="Where">Where it lies, for people.</param>
internal sealed record PlacedDashboard(DashboardDocument Document, string Where);

/// <summary>What becomes of a dashboard.</summary>
/// <param name="Document">The dashboard.</param>
/// <param name="Action">What becomes of it.</param>
/// <param name="Where">Where it lies or will lie, for people.</param>
internal sealed record DashboardChange(DashboardDocument Document, ResourceAction Action, string Where)
{
    /// <summary>Why it cannot be put there; null if it can.</summary>
    public MonitoringException? Error { get; init; }

    public static DashboardChange Refuse(DashboardDocument document, string where, MonitoringException error) =>
        new(document, ResourceAction.Failed, where) { Error = error };
}

/// <summary>A place from which a Grafana takes dashboards.</summary>
internal interface IDashboardPlace
{
    DashboardMethod Method { get; }

    /// <summary>Why dashboards may not stay here; null if nothing speaks against it.</summary>
    string? Doubt { get; }

    /// <summary>Lists the dashboards that this module has put here.</summary>
    Task<IReadOnlyList<PlacedDashboard>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Decides what becomes of each dashboard. Only reads.</summary>
    Task<IReadOnlyList<DashboardChange>> PlanAsync(IReadOnlyList<DashboardDocument> documents, CancellationToken cancellationToken);

    /// <summary>Puts dashboards here. Changes are those that the place has planned.</summary>
    /// <returns>What became of each.</returns>
    Task<IReadOnlyList<DashboardChange>> ApplyAsync(IReadOnlyList<DashboardChange> changes, CancellationToken cancellationToken);

    /// <summary>Takes dashboards away that this module has put here, and nothing else.</summary>
    /// <returns>What became of each.</returns>
    Task<IReadOnlyList<DashboardChange>> RemoveAsync(IReadOnlyList<PlacedDashboard> dashboards, CancellationToken cancellationToken);
}
