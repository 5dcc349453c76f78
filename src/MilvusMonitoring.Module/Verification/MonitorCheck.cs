using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>The monitor is in the cluster, and Prometheus accepts it.</summary>
internal sealed class MonitorCheck : ICheck
{
    public string DescribeTarget(CheckContext context)
    {
        var name = context.Request.Monitor?.Name ?? context.Found?.Instance.MonitorName ?? context.InstanceName;
        return $"{context.MonitorKind}/{context.InstanceNamespace}/{name}";
    }

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context is { Found: null, Request.Monitor: null } && (context.HasNoInstance || context.Request.Name is null))
        {
            return null;
        }

        context.Monitor = await FindAsync(context, cancellationToken).ConfigureAwait(false);
        return context.Monitor is { } monitor
            ? MonitorRule.Evaluate(
                monitor.Id,
                [.. monitor.Endpoints.Select(endpoint => (endpoint.Text("interval"), endpoint.Text("scrapeTimeout")))],
                context.WriteRepairCommand(MonitorSettings.None))
            : Finding.Failed(DescribeTarget(context), "is not in the cluster", DescribeCreation(context));
    }

    private static async Task<LiveMonitor?> FindAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Request.Monitor is var (kind, name))
        {
            var type = kind == ResourceType.PodMonitor.Kind ? ResourceType.PodMonitor : ResourceType.ServiceMonitor;
            var id = type.IdOf(context.InstanceNamespace, name);
            return await context.Monitors.FindAsync(type, id, cancellationToken).ConfigureAwait(false);
        }

        if (context.Found is { } found
            && await context.Monitors.FindAsync(found.MonitorType, found.MonitorId, cancellationToken).ConfigureAwait(false) is { } own)
        {
            return own;
        }

        // A monitor that others made under another name serves as well.
        var monitors = await context.Monitors.ListAsync(context.InstanceNamespace, cancellationToken).ConfigureAwait(false);
        return monitors.FirstOrDefault(monitor => monitor.Instance == context.InstanceName);
    }

    private static string DescribeCreation(CheckContext context) =>
        context.Found is { IsOperated: true, Instance.MetricsEnabled: true }
            ? Remedies.DescribeManual(
                $"The Milvus Operator creates it when it next reconciles Milvus/{context.InstanceNamespace}/{context.InstanceName}: "
                    + "restart the operator, or change anything on that resource.")
            : context.Remedies.Enable(context.InstanceName, context.InstanceNamespace);
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
}
