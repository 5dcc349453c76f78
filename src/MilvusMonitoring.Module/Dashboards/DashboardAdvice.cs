using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;

namespace MilvusMonitoring.Dashboards;

/// <summary>Says what of a dashboard of others cannot work, before it is installed.</summary>
internal static class DashboardAdvice
{
    private const int MostNamed = 3;

    /// <summary>Describes the panels that can never have data, and what does not work in another Grafana.</summary>
    /// <param name="document">The dashboard.</param>
    /// <param name="versions">The versions of Milvus that run; empty if they are not known.</param>
    /// <param name="repairs">Whether the dashboard is mended.</param>
    /// <returns>A sentence; null if there is nothing to say.</returns>
    public static string? Describe(DashboardDocument document, IReadOnlyList<MilvusVersion> versions, bool repairs)
    {
        var model = document.Parse();
        var faults = DashboardRepair.Find(model);
        var texts = new List<string>();
        if (faults.Any)
        {
            var before = repairs && faults.IsMendable ? "repaired: " : string.Empty;
            var hint = !repairs && faults.IsMendable ? " (-Repair mends data sources and old types)" : string.Empty;
            texts.Add($"{before}{faults}{hint}");
        }

        var dead = ListDead(DashboardContent.ListPanels(model), versions);
        if (dead.Count > 0)
        {
            var named = string.Join(", ", dead.Take(MostNamed).Select(panel => $"'{panel}'"));
            var more = dead.Count > MostNamed ? $" and {dead.Count - MostNamed} more" : string.Empty;
            var count = dead.Count == 1 ? "1 panel" : $"{dead.Count} panels";
            texts.Add($"{count} can have no data on Milvus {string.Join(", ", versions)}: {named}{more}");
        }

        return texts.Count == 0 ? null : string.Join("; ", texts);
    }

    /// <summary>Lists the titles of the panels each of whose queries needs a metric that no version has of those that run.</summary>
    public static IReadOnlyList<string> ListDead(IReadOnlyList<DashboardPanel> panels, IReadOnlyList<MilvusVersion> versions) =>
        versions.Count == 0
            ? []
            :
            [
                .. panels
                    .Where(panel => panel.Queries.Count > 0 && panel.Queries.All(query => IsDead(query, versions)))
                    .Select(panel => panel.Title),
            ];

    private static bool IsDead(string query, IReadOnlyList<MilvusVersion> versions)
    {
        var rendered = new QueryVariables(new Dictionary<string, string>()).Render(query);
        return PromQlReader.Find(rendered) is { } needs && needs.All.Any(selector => IsMissing(selector.Metric, versions));
    }

    private static bool IsMissing(string? name, IReadOnlyList<MilvusVersion> versions)
    {
        if (name?.StartsWith("milvus_", StringComparison.Ordinal) is not true)
        {
            return false;
        }

        return MilvusMetrics.Find(name) is not { } metric || versions.All(version => metric.IsIn(version) == false);
    }
}
