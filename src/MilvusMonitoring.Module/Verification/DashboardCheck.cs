using MilvusMonitoring.Dashboards.Places;

namespace MilvusMonitoring.Verification;

/// <summary>Grafana has the dashboards that this module has installed.</summary>
internal sealed class DashboardCheck : ICheck
{
    public string DescribeTarget(CheckContext context) => context.Grafana?.Server?.ToString() ?? "Grafana";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Grafana is not { } grafana)
        {
            return null;
        }

        var target = DescribeTarget(context);
        if (grafana.Server is not { } server)
        {
            return DashboardRule.Evaluate(target, null, grafana.Shown, context.Remedies.InstallDashboards());
        }

        if (server.OperatedBy is { } owner)
        {
            return Finding.Skipped(target, $"its dashboards are resources of the Grafana Operator, for Grafana/{server.Namespace}/{owner}");
        }

        if (new PlaceFinder(context.Client, context.Sink).FindPlace(server) is not { } place)
        {
            return Finding.Warning(
                target,
                "it takes no dashboards from the cluster",
                Remedies.DescribeManual("Send them to Grafana itself: Install-MilvusDashboard -GrafanaUri ... -GrafanaToken ..."));
        }

        var placed = await place.ListAsync(cancellationToken).ConfigureAwait(false);
        return DashboardRule.Evaluate(
            target,
            [.. placed.Select(item => item.Document.Uid)],
            grafana.Shown,
            context.Remedies.InstallDashboards());
    }
}

/// <summary>Whether Grafana has the dashboards that this module has installed.</summary>
internal static class DashboardRule
{
    private const int MostNamed = 4;
    private const string Subject = "Milvus";

    /// <param name="target">The Grafana.</param>
    /// <param name="placed">The uids of the dashboards in the cluster; null for a Grafana at an address, which holds them itself.</param>
    /// <param name="shown">The dashboards that Grafana has; null if it did not say.</param>
    /// <param name="install">The command that installs them.</param>
    public static Finding Evaluate(
        string target,
        IReadOnlyList<string>? placed,
        IReadOnlyList<ShownDashboard>? shown,
        string install)
    {
        var own = placed ?? [.. (shown ?? []).Where(dashboard => dashboard.IsOurs).Select(dashboard => dashboard.Uid)];
        if (own.Count == 0)
        {
            var other = shown?.FirstOrDefault(dashboard => dashboard.Title.Contains(Subject, StringComparison.OrdinalIgnoreCase));
            return Finding.Warning(
                target,
                other is null
                    ? "no dashboard of Milvus was asked for"
                    : $"only '{other.Title}' of others shows Milvus; Get-MilvusDashboard tells which of its panels have no data",
                install);
        }

        if (shown is null)
        {
            return Finding.Unknown(
                target,
                $"{Quantity.Describe(own.Count, "dashboard")} installed; whether Grafana has them is not known: nobody is signed in",
                Remedies.DescribeManual("Sign in with -GrafanaCredential or -GrafanaToken."));
        }

        var missing = own.Except(shown.Select(dashboard => dashboard.Uid), StringComparer.Ordinal).ToList();
        if (missing.Count == 0)
        {
            return Finding.Passed(target, $"Grafana has {Quantity.Describe(own.Count, "dashboard")} of this module");
        }

        var names = string.Join(", ", missing.Take(MostNamed));
        var more = missing.Count > MostNamed ? $" and {missing.Count - MostNamed} more" : string.Empty;
        return Finding.Failed(
            target,
            $"Grafana does not have {names}{more}, which {(missing.Count == 1 ? "is" : "are")} installed",
            Remedies.DescribeManual("A new dashboard takes about a minute. After that, see the log of Grafana, and of its sidecar."));
    }
}
