using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>One dashboard of the table.</summary>
/// <param name="Uid">Its uid.</param>
/// <param name="Title">Its title.</param>
/// <param name="Description">What it is for.</param>
/// <param name="IsNarrowed">Whether the chosen pods, databases and collections narrow it, and not only the chosen Milvus.</param>
/// <param name="CreateRows">Writes its rows for a scope.</param>
internal sealed record DashboardPlan(
    string Uid,
    string Title,
    string Description,
    bool IsNarrowed,
    Func<PanelScope, IReadOnlyList<PanelRow>> CreateRows);

/// <summary>The dashboards for Milvus.</summary>
internal static class MilvusDashboards
{
    private static readonly DashboardPlan[] Plans =
    [
        new(
            "milvus-overview",
            "Milvus / Overview",
            "Is Milvus well, and if not, what is wrong? Start here.",
            false,
            OverviewPanels.Create),
        new(
            "milvus-requests",
            "Milvus / Requests",
            "What clients ask of the proxies, how long it takes and what fails.",
            true,
            RequestPanels.Create),
        new(
            "milvus-query",
            "Milvus / Query nodes",
            "Searches and queries in the query nodes, what these have loaded, and how far behind they are.",
            true,
            QueryPanels.Create),
        new(
            "milvus-data",
            "Milvus / Data",
            "What is stored, and what becomes of it: flush, compaction, index, import, and the message queue.",
            true,
            DataPanels.Create),
        new(
            "milvus-coordination",
            "Milvus / Coordination",
            "The coordinators: members, DDL, quotas, tasks, and the meta store.",
            true,
            CoordinationPanels.Create),
        new(
            "milvus-resources",
            "Milvus / Resources",
            "What Milvus needs: CPU, memory, files, volumes and the object storage.",
            true,
            ResourcePanels.Create),
    ];

    /// <summary>The uids and titles of all dashboards, the overview first.</summary>
    public static IReadOnlyList<(string Uid, string Title)> All { get; } = [.. Plans.Select(plan => (plan.Uid, plan.Title))];

    /// <summary>Writes all dashboards.</summary>
    /// <param name="versions">The versions of Milvus that run; empty for the newest known. A panel whose metrics none of them has is left
    /// out.</param>
    /// <param name="options">What the user asks for.</param>
    /// <returns>The dashboards in the order of <see cref="All"/>; the same bytes for the same input.</returns>
    public static IReadOnlyList<Dashboard> Create(IReadOnlyList<MilvusVersion> versions, DashboardOptions options)
    {
        IReadOnlyList<MilvusVersion> running = versions.Count > 0 ? versions : [MilvusMetrics.Versions[^1]];
        return
        [
            .. Plans.Select(plan =>
            {
                var scope = new PanelScope(running, plan.IsNarrowed);
                return new Dashboard(plan.Uid, plan.Title, new DashboardWriter(plan, scope, options).Write());
            }),
        ];
    }
}
