using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>
/// Finds the scrape jobs of a Milvus that no monitor makes: of a ScrapeConfig, or in the configuration of Prometheus itself.
/// </summary>
internal static class JobSearch
{
    private static readonly string[] MadeByMonitors = ["serviceMonitor/", "podMonitor/", "probe/"];

    /// <summary>Lists the jobs that have targets of the Milvus on every replica; empty if Prometheus does not tell.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(CheckContext context)
    {
        if (context.Prometheus is null && context.Request.PrometheusUris.Count == 0)
        {
            return [];
        }

        var rule = await context.GetReachRuleAsync().ConfigureAwait(false);
        if (rule.Evaluate([]).Pods is not { Count: > 0 } pods)
        {
            return [];
        }

        try
        {
            var answers = await context.Reads.ListTargetsAsync(context.Prometheus).ConfigureAwait(false);
            var near = answers.Select(answer => answer.Value?.ListNear([], pods) ?? []);
            return Choose([.. near], pods, hasMonitors: !context.HasOnlyAddress);
        }
        catch (MonitoringException exception)
        {
            // The check of the configuration asks the same server, and reports what it does not answer.
            context.Sink.Verbose(exception.Message);
            return [];
        }
    }

    /// <summary>Chooses the jobs with targets of the pods.</summary>
    /// <param name="replicas">The targets of each replica.</param>
    /// <param name="pods">The pods of the Milvus.</param>
    /// <param name="hasMonitors">
    /// Whether jobs with the names of monitors do not count: such a monitor is gone or not selected, and its job is about to go.
    /// </param>
    public static IReadOnlyList<string> Choose(
        IReadOnlyList<IReadOnlyList<PrometheusTarget>> replicas,
        IReadOnlyList<MilvusPod> pods,
        bool hasMonitors)
    {
        var jobs = replicas.Select(targets => targets
            .Where(target => pods.Any(target.IsOfMetricsOf) && target.Pool.Length > 0)
            .Select(target => target.Pool)
            .Where(pool => !hasMonitors || !MadeByMonitors.Any(prefix => pool.StartsWith(prefix, StringComparison.Ordinal)))
            .ToHashSet(StringComparer.Ordinal)).ToList();
        return jobs.Count == 0
            ? []
            : [.. jobs[0].Where(job => jobs.All(other => other.Contains(job))).Order(StringComparer.Ordinal)];
    }

    public static string Describe(IReadOnlyList<string> jobs) =>
        $"its {(jobs.Count == 1 ? "job" : "jobs")} {string.Join(", ", jobs.Select(job => $"'{job}'"))}";
}
