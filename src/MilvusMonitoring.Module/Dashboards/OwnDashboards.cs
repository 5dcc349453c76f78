using MilvusMonitoring.Dashboards.Files;
using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Dashboards;

/// <summary>Chooses among the dashboards of this module.</summary>
internal static class OwnDashboards
{
    /// <summary>Chooses dashboards by their uid, by their title, or by its last word.</summary>
    /// <param name="names">The names that the user asks for.</param>
    /// <param name="versions">The versions of Milvus that run; empty for the newest.</param>
    /// <param name="options">What the user asks for beyond.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.DashboardNotFound"/>: none has the name.
    /// <see cref="ErrorId.ParameterInvalid"/>: the runbooks have no address of a web server.</exception>
    public static IReadOnlyList<DashboardDocument> Choose(
        NamePattern names,
        IReadOnlyList<MilvusVersion> versions,
        DashboardOptions options)
    {
        options.EnsureValid();
        var chosen = MilvusDashboards.All.Where(item => Matches(names, item.Uid, item.Title)).Select(item => item.Uid).ToHashSet();
        if (chosen.Count == 0)
        {
            throw new MonitoringException(
                ErrorId.DashboardNotFound,
                $"No dashboard of this module is named '{names.Exact}'",
                NameSuggestions.Describe(names.Exact ?? string.Empty, MilvusDashboards.All.Select(item => item.Uid)),
                names.Exact);
        }

        return
        [
            .. MilvusDashboards.Create(versions, options)
                .Where(dashboard => chosen.Contains(dashboard.Uid))
                .Select(dashboard => new DashboardDocument(dashboard.Uid, dashboard.Title, dashboard.Json)),
        ];
    }

    /// <summary>Whether a dashboard has one of the names: its uid, its title, or the last word of its title.</summary>
    public static bool Matches(NamePattern names, string uid, string title) =>
        names.Matches(uid) || names.Matches(title) || names.Matches(title.Split('/')[^1].Trim());
}
