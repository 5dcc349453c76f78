using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>Every replica of Prometheus has loaded the monitor.</summary>
internal sealed class ConfigurationCheck(PrometheusReplicas replicas) : ICheck
{
    public string DescribeTarget(CheckContext context) => context.Prometheus?.ToString() ?? "Prometheus";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Monitor is not { } monitor || context.Prometheus is not { } prometheus)
        {
            return null;
        }

        context.Replicas = await replicas.ListAsync(prometheus, cancellationToken).ConfigureAwait(false);
        var answers = await ReplicaQuery
            .ListAsync(context.Replicas, api => api.GetConfigurationAsync(cancellationToken))
            .ConfigureAwait(false);
        return ConfigurationRule.Evaluate(DescribeTarget(context), ListPools(monitor), answers, context.WriteWaitCommand());
    }

    /// <summary>Lists the scrape pools that the operator makes of a monitor: one for each endpoint.</summary>
    public static IReadOnlySet<string> ListPools(LiveMonitor monitor)
    {
        var kind = monitor.Type.Kind == ResourceType.PodMonitor.Kind ? "podMonitor" : "serviceMonitor";
        return Enumerable
            .Range(0, monitor.Endpoints.Count)
            .Select(index => $"{kind}/{monitor.Metadata.Namespace}/{monitor.Metadata.Name}/{index}")
            .ToHashSet(StringComparer.Ordinal);
    }
}

/// <summary>Whether every replica has loaded the scrape jobs of a monitor.</summary>
internal static class ConfigurationRule
{
    /// <param name="target">The Prometheus.</param>
    /// <param name="jobs">The jobs that the operator makes of the monitor.</param>
    /// <param name="replicas">What each replica has loaded.</param>
    /// <param name="wait">The command that waits for the jobs.</param>
    public static Finding Evaluate(
        string target,
        IReadOnlyCollection<string> jobs,
        IReadOnlyList<ReplicaAnswer<LoadedConfiguration>> replicas,
        string wait)
    {
        if (ReplicaRule.FindFailure(target, replicas) is { } failure)
        {
            return failure;
        }

        var behind = replicas.Where(replica => !jobs.All(replica.Value!.Jobs.Contains)).ToList();
        if (behind.Count == 0)
        {
            return Finding.Passed(target, $"{string.Join(", ", jobs)} on {Quantity.Describe(replicas.Count, "replica")}");
        }

        var job = jobs.First(job => !behind[0].Value!.Jobs.Contains(job));
        var names = ReplicaRule.JoinNames(behind);
        var isRefused = behind.Any(replica => replica.Value!.IsLastReloadGood is false);
        var detail = $"{names} {(behind.Count == 1 ? "has" : "have")} not loaded {job}";
        if (isRefused)
        {
            detail += ", and refuses its newest configuration";
        }

        if (behind.Count < replicas.Count)
        {
            detail += $", while {ReplicaRule.JoinNames([.. replicas.Except(behind)])} has";
        }

        return Finding.Failed(
            target,
            detail,
            isRefused ? Remedies.DescribeManual($"See the log of {names} for what it refuses, and correct that.") : wait);
    }
}
