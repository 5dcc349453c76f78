using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>A monitor that reaches the Milvus is in the cluster, and Prometheus accepts it.</summary>
internal sealed class MonitorCheck : ICheck
{
    public string DescribeTarget(CheckContext context)
    {
        var place = context.Request.Monitor?.Namespace ?? context.InstanceNamespace;
        var name = context.Request.Monitor?.Name ?? context.Found?.Instance.MonitorName ?? context.InstanceName;
        return $"{context.MonitorKind}/{place}/{name}";
    }

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context is { Found: null, Request.Monitor: null } && (context.HasNoInstance || context.Request.Name is null))
        {
            return null;
        }

        context.Candidates = await ListCandidatesAsync(context).ConfigureAwait(false);
        context.Monitor = context.Candidates.Count > 0 ? context.Candidates[0] : null;
        if (context.Monitor is { } monitor)
        {
            return MonitorRule.Evaluate(
                monitor.Id,
                [.. monitor.Endpoints.Select(endpoint => (endpoint.Text("interval"), endpoint.Text("scrapeTimeout")))],
                context.WriteRepairCommand(MonitorSettings.None));
        }

        context.Jobs = context.Request.Monitor is null
            ? await JobSearch.ListAsync(context).ConfigureAwait(false)
            : [];
        return MonitorRule.DescribeMissing(DescribeTarget(context), context.Jobs, context.HasOnlyAddress, DescribeCreation(context));
    }

    /// <summary>Lists the monitor that the caller named or, if he named none, the own monitor of the Milvus and those of others.</summary>
    private static async Task<IReadOnlyList<LiveMonitor>> ListCandidatesAsync(CheckContext context)
    {
        var own = await FindOwnAsync(context).ConfigureAwait(false);
        if (context.Request.Monitor is not null)
        {
            return own is null ? [] : [own];
        }

        var rule = await context.GetReachRuleAsync().ConfigureAwait(false);
        if (own is not null && rule.Evaluate([own]).Pods is not { } pods)
        {
            return [own];
        }

        if (own is not null && rule.Reaches(own) && rule.Evaluate([own]).Pods!.All(pod => pod.Unreached is null))
        {
            return [own];
        }

        string[] places = [context.InstanceNamespace, .. context.Prometheus is { } prometheus ? [prometheus.Namespace] : (string[])[]];
        var all = await context.Reads.ListMonitorsAsync([.. places.Distinct(StringComparer.Ordinal)]).ConfigureAwait(false);
        var others = all.Where(monitor => monitor.Id != own?.Id).ToList();
        var reaching = others.Where(rule.Reaches).ToList();
        if (own is not null)
        {
            return rule.Reaches(own) || reaching.Count == 0 ? [own, .. reaching] : [.. reaching, own];
        }

        // A monitor that names the Milvus and reaches nothing shows in the next checks what it lacks.
        return reaching.Count > 0 ? reaching : [.. others.Where(rule.Names).Take(1)];
    }

    private static async Task<LiveMonitor?> FindOwnAsync(CheckContext context)
    {
        if (context.Request.Monitor is { } requested)
        {
            var type = requested.Kind == ResourceType.PodMonitor.Kind ? ResourceType.PodMonitor : ResourceType.ServiceMonitor;
            return await context.Reads.FindMonitorAsync(type, type.IdOf(requested.Namespace, requested.Name)).ConfigureAwait(false);
        }

        return context.Found is { } found
            ? await context.Reads.FindMonitorAsync(found.MonitorType, found.MonitorId).ConfigureAwait(false)
            : null;
    }

    private static string DescribeCreation(CheckContext context) =>
        context.Found is { IsOperated: true, Instance.MetricsEnabled: true }
            ? Remedies.DescribeManual(
                $"The Milvus Operator creates it when it next reconciles Milvus/{context.InstanceNamespace}/{context.InstanceName}: "
                    + "restart the operator, or change anything on that resource.")
            : context.WriteEnableCommand();
}

/// <summary>Whether a monitor is one that Prometheus accepts.</summary>
internal static class MonitorRule
{
    /// <param name="id">The monitor.</param>
    /// <param name="endpoints">The interval and the timeout of each of its endpoints.</param>
    /// <param name="remedy">What creates the monitor again.</param>
    public static Finding Evaluate(ResourceId id, IReadOnlyList<(string? Interval, string? Timeout)> endpoints, string remedy)
    {
        if (endpoints.Count == 0)
        {
            return Finding.Failed(id.ToString(), "names no endpoint to scrape", remedy);
        }

        var problem = endpoints
            .Select(endpoint => ScrapeDuration.FindProblem(endpoint.Interval, endpoint.Timeout))
            .FirstOrDefault(problem => problem is not null);
        return problem is null
            ? Finding.Passed(id.ToString(), $"scrapes every {endpoints[0].Interval ?? "interval of Prometheus"}")
            : Finding.Failed(id.ToString(), problem.Reason, remedy);
    }

    /// <summary>Describes that no monitor reaches the Milvus.</summary>
    /// <param name="target">The monitor that the Milvus would have.</param>
    /// <param name="jobs">The scrape jobs that Prometheus has for the Milvus all the same.</param>
    /// <param name="hasOnlyAddress">Whether the server that has the samples need not be scraping by monitors of this cluster.</param>
    /// <param name="remedy">What creates the monitor.</param>
    public static Finding DescribeMissing(string target, IReadOnlyList<string> jobs, bool hasOnlyAddress, string remedy)
    {
        if (jobs.Count > 0)
        {
            return Finding.Passed(target, $"there is no monitor, and Prometheus scrapes the Milvus by {JobSearch.Describe(jobs)}");
        }

        return hasOnlyAddress
            ? Finding.Skipped(target, "no monitor in the cluster reaches the Milvus; the samples at the given address decide")
            : Finding.Failed(target, "is not in the cluster", remedy);
    }
}
