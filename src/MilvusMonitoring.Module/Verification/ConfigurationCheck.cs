using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>Every replica of Prometheus has loaded the monitor.</summary>
internal sealed class ConfigurationCheck : ICheck
{
    public string DescribeTarget(CheckContext context) => context.Prometheus?.ToString() ?? "Prometheus";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if ((context.Used.Count == 0 && context.Jobs.Count == 0 && !context.HasOnlyAddress)
            || (context.Prometheus is null && !context.HasOnlyAddress))
        {
            return null;
        }

        context.Replicas = await context.Reads.ListReplicasAsync(context.Prometheus).ConfigureAwait(false);
        var answers = await context.Reads.ListConfigurationsAsync(context.Prometheus).ConfigureAwait(false);
        var target = context.Prometheus is null ? answers[0].Name : DescribeTarget(context);
        var jobs = context.Used.SelectMany(ListPools).Concat(context.Jobs).ToHashSet(StringComparer.Ordinal);
        if (ReplicaRule.FindFailure(target, answers) is { } failure)
        {
            // Where no replica answers, the checks after this one need not ask again.
            context.Replicas = answers.All(answer => answer.Error is not null) ? null : context.Replicas;
            return failure;
        }

        if (ConfigurationRule.DescribeHidden(target, answers, jobs, context.HasOnlyAddress) is { } hidden)
        {
            return hidden;
        }

        var finding = await EvaluateAsync(context, target, jobs, answers, cancellationToken).ConfigureAwait(false);
        context.Pools = answers.SelectMany(answer => jobs.Select(answer.Value!.FindJob)).Concat(context.Jobs).OfType<string>().ToHashSet();
        return finding;
    }

    private static async Task<Finding> EvaluateAsync(
        CheckContext context,
        string target,
        IReadOnlySet<string> jobs,
        IReadOnlyList<ReplicaAnswer<LoadedConfiguration>> answers,
        CancellationToken cancellationToken)
    {
        var wait = context.WriteWaitCommand($"See the log of the operator for what keeps it from making {string.Join(", ", jobs)}.");
        var finding = ConfigurationRule.Evaluate(target, jobs, answers, wait);
        if (finding.Status == CheckStatus.Passed)
        {
            return finding;
        }

        if (context.Request.Monitor is null
            && await JobSearch.ListAsync(context).ConfigureAwait(false) is { Count: > 0 } others)
        {
            context.Jobs = others;
            return Finding.Passed(target, $"{finding.Detail}; it scrapes the Milvus by {JobSearch.Describe(others)}");
        }

        return context is { Used: [var monitor, ..], Prometheus: { } prometheus }
            && await new ConfigurationCauseReader(context.Client, context.Sink)
                .FindAsync(monitor, prometheus, context.Operators, cancellationToken)
                .ConfigureAwait(false) is { } cause
            ? Finding.Failed(target, $"{finding.Detail}: {cause.Reason}", Remedies.DescribeManual(cause.Remedy))
            : finding;
    }

    /// <summary>Lists the scrape pools that the operator makes of a monitor: one for each endpoint.</summary>
    private static IEnumerable<string> ListPools(LiveMonitor monitor)
    {
        var kind = monitor.Type.Kind == ResourceType.PodMonitor.Kind ? "podMonitor" : "serviceMonitor";
        return Enumerable
            .Range(0, monitor.Endpoints.Count)
            .Select(index => $"{kind}/{monitor.Metadata.Namespace}/{monitor.Metadata.Name}/{index}");
    }
}

/// <summary>Whether every replica has loaded the scrape jobs of a monitor.</summary>
internal static class ConfigurationRule
{
    /// <summary>Describes a server that does not show which jobs it has; null if every server shows them.</summary>
    /// <param name="target">The server.</param>
    /// <param name="replicas">What each replica shows.</param>
    /// <param name="jobs">The jobs to look for.</param>
    /// <param name="hasOnlyAddress">Whether only the caller says that the server has the samples: it may receive them from others.</param>
    public static Finding? DescribeHidden(
        string target,
        IReadOnlyList<ReplicaAnswer<LoadedConfiguration>> replicas,
        IReadOnlySet<string> jobs,
        bool hasOnlyAddress)
    {
        if (replicas.FirstOrDefault(replica => replica.Value!.Jobs is null) is { } hidden)
        {
            return Finding.Skipped(target, $"{hidden.Name} does not show its configuration; the samples decide");
        }

        return hasOnlyAddress && !replicas.Any(replica => jobs.Any(job => replica.Value!.FindJob(job) is not null))
            ? Finding.Skipped(target, $"{ReplicaQuery.JoinNames(replicas)} has no job of the monitor; the samples decide")
            : null;
    }

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

        var behind = replicas.Where(replica => jobs.Any(job => replica.Value!.FindJob(job) is null)).ToList();
        if (behind.Count == 0)
        {
            var loaded = jobs.Select(job => replicas[0].Value!.FindJob(job));
            return Finding.Passed(target, $"{string.Join(", ", loaded)} on {Quantity.Describe(replicas.Count, "replica")}");
        }

        var job = jobs.First(job => behind[0].Value!.FindJob(job) is null);
        var names = ReplicaQuery.JoinNames(behind);
        var isRefused = behind.Any(replica => replica.Value!.IsLastReloadGood is false);
        var detail = $"{names} {(behind.Count == 1 ? "has" : "have")} not loaded {job}";
        if (isRefused)
        {
            detail += $", and {(behind.Count == 1 ? "refuses its" : "refuse their")} newest configuration";
        }

        if (behind.Count < replicas.Count)
        {
            detail += $", while {ReplicaQuery.JoinNames([.. replicas.Except(behind)])} has";
        }

        return Finding.Failed(
            target,
            detail,
            isRefused ? Remedies.DescribeManual($"See the log of {names} for what it refuses, and correct that.") : wait);
    }
}
