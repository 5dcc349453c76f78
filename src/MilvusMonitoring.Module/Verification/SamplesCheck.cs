using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>Every replica has fresh samples of Milvus, with the labels that dashboards select.</summary>
internal sealed class SamplesCheck : IBatchedCheck
{
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(30);

    public string DescribeTarget(CheckContext context) => context.Prometheus?.ToString() ?? "Prometheus";

    public async Task AskAsync(IReadOnlyList<CheckContext> contexts, CancellationToken cancellationToken)
    {
        var asking = contexts.Where(context => context is { Scraped.Count: > 0, Replicas: not null });
        foreach (var group in asking.GroupBy(context => context.Prometheus?.ToString()).Select(group => group.ToList()))
        {
            var pods = group.Select(context => context.Scraped!).ToList();
            var replicas = group[0].Replicas!;
            var all = await ReplicaQuery
                .ListAsync<IReadOnlyList<ReplicaAnswer<IReadOnlyList<SampleAge>>>>(
                    replicas,
                    async api => await SampleAgeQuery.ListAsync(api, pods, cancellationToken).ConfigureAwait(false))
                .ConfigureAwait(false);
            for (var index = 0; index < group.Count; index++)
            {
                var own = all.Zip(replicas, (answer, replica) => Name(answer.Value![index], replica));
                group[index].Samples = ReplicaQuery.MergeShards([.. own], replicas);
            }
        }
    }

    private static ReplicaAnswer<T> Name<T>(ReplicaAnswer<T> answer, PrometheusReplica replica) =>
        answer with { Name = replica.Name, IsNamed = replica.IsNamed };

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Scraped is not { Count: > 0 } pods || context.Replicas is null)
        {
            return null;
        }

        if (context.Samples is null)
        {
            await AskAsync([context], cancellationToken).ConfigureAwait(false);
        }

        // Nobody else needs the answers, which of many Milvus are many.
        var answers = context.Samples!;
        context.Samples = null;
        var target = context.Prometheus is null ? ReplicaQuery.JoinNames(answers) : DescribeTarget(context);
        var scraped = (await context.GetReachAsync().ConfigureAwait(false)).Scraped;
        var isOfService = context.Used is [var monitor, ..] && monitor.Type.Kind == ResourceType.ServiceMonitor.Kind;
        var job = isOfService && scraped.Count > 0 ? scraped[0].Name : null;
        return SamplesRule.Evaluate(
            target,
            context.Interval ?? UsualInterval,
            answers,
            pods,
            MilvusChart.Name,
            SeriesSelector.Show(pods, job),
            context.WriteWaitCommand($"See the graph of {target} for these series, and its log for samples that it drops."),
            context.Used.Count > 0 ? context.WriteRepairCommand() : null);
    }
}

/// <summary>Whether every replica has fresh samples with the labels that dashboards select.</summary>
internal static class SamplesRule
{
    private const int MostNamed = 5;

    /// <summary>The labels by which Milvus's dashboards select and group.</summary>
    public static IReadOnlyList<string> DashboardLabels { get; } =
        ["namespace", "pod", "app_kubernetes_io_name", "app_kubernetes_io_instance"];

    /// <param name="target">The Prometheus.</param>
    /// <param name="interval">The scrape interval of the targets.</param>
    /// <param name="replicas">The samples of each replica.</param>
    /// <param name="pods">The pods that must have samples.</param>
    /// <param name="appName">The value of the label <c>app_kubernetes_io_name</c> that Milvus's dashboards select.</param>
    /// <param name="expression">The expression that shows the targets.</param>
    /// <param name="wait">What to do until there are samples.</param>
    /// <param name="enable">The command that adds the labels; null if no monitor makes the series.</param>
    public static Finding Evaluate(
        string target,
        TimeSpan interval,
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<SampleAge>>> replicas,
        IReadOnlyList<ScrapedPod> pods,
        string appName,
        string expression,
        string wait,
        string? enable)
    {
        var failure = ReplicaRule.FindFailure(target, replicas)
            ?? replicas
                .Select(replica => FindFailure(target, interval, replica, pods, wait, enable))
                .FirstOrDefault(finding => finding is not null);
        if (failure is not null)
        {
            return failure;
        }

        var newest = pods.Select(pod => FindNewest(replicas[0].Value!, pod)).OfType<SampleAge>().ToList();
        var age = newest.Max(sample => sample.Age).TotalSeconds;
        var detail = $"the newest samples of {Quantity.Describe(newest.Count, "pod")} are {age:0.#} s old at most, "
            + $"on {Quantity.Describe(replicas.Count, "replica")}; {expression} shows them";
        if (ListLacking(newest) is { Count: > 0 } lacking)
        {
            return Finding.Warning(
                target,
                $"{detail}; dashboards find series by {string.Join(", ", lacking)}, which these lack",
                Remedies.DescribeManual("Give the targets of the scrape job these labels."));
        }

        var name = newest
            .Select(sample => sample.Labels.GetValueOrDefault("app_kubernetes_io_name"))
            .FirstOrDefault(name => name != appName);
        return name is null
            ? Finding.Passed(target, detail)
            : Finding.Warning(
                target,
                $"{detail}; app_kubernetes_io_name is '{name}', and the dashboard of Milvus shows '{appName}' only",
                Remedies.DescribeManual(
                    "Remove nameOverride from the values of the release, or change the dashboard's variable app_name."));
    }

    private static Finding? FindFailure(
        string target,
        TimeSpan interval,
        ReplicaAnswer<IReadOnlyList<SampleAge>> replica,
        IReadOnlyList<ScrapedPod> pods,
        string wait,
        string? enable)
    {
        if (replica.Value!.Count == 0)
        {
            return Finding.Failed(
                target,
                $"{replica.Name} has no series of the Milvus: neither milvus_rootcoord_proxy_num, nor milvus_proxy_req_count, nor go_info",
                wait);
        }

        var own = replica.Value.Where(sample => !sample.HasSource || pods.Any(pod => pod.IsSourceOf(sample))).ToList();
        var newest = pods.Select(pod => (Pod: pod, Sample: FindNewest(own, pod))).ToList();
        var missing = newest.Where(item => item.Sample is null).Select(item => item.Pod.Pod.Name).ToList();
        if (missing.Count > 0 && (enable is null || own.All(sample => sample.HasSource)))
        {
            var names = string.Join(", ", missing.Take(MostNamed).Select(pod => $"pod {pod}"));
            var more = missing.Count > MostNamed ? $" and {missing.Count - MostNamed} more" : string.Empty;
            return Finding.Failed(
                target,
                $"{replica.Name} has no sample of {names}{more}, "
                    + $"with {Quantity.Describe(pods.Count, "pod")} running",
                wait);
        }

        if (newest.OrderByDescending(item => item.Sample?.Age).First() is { Sample: { } oldest, Pod.Pod.Name: var stale }
            && oldest.Age > interval * 2)
        {
            return Finding.Failed(
                target,
                $"the newest sample of pod {stale} on {replica.Name} is {oldest.Age.TotalSeconds:0} s old, "
                    + $"with an interval of {interval.TotalSeconds:0.#} s",
                Remedies.DescribeManual("Check that the metrics of Milvus carry no timestamps of their own, and that the clocks agree."));
        }

        var shown = newest.Select(item => item.Sample).OfType<SampleAge>().Concat(own.Where(sample => !sample.HasSource)).ToList();
        var lacking = ListLacking(shown);
        if (lacking.Count == 0 || enable is null)
        {
            return null;
        }

        var noun = lacking.Count == 1 ? "label" : "labels";
        return Finding.Failed(
            target,
            $"series on {replica.Name} lack the {noun} {string.Join(", ", lacking)}, by which dashboards find them",
            enable);
    }

    private static IReadOnlyList<string> ListLacking(IReadOnlyList<SampleAge> samples) =>
        [.. DashboardLabels.Where(label => samples.Any(sample => string.IsNullOrEmpty(sample.Labels.GetValueOrDefault(label))))];

    /// <summary>
    /// Finds the newest sample of a pod: for five minutes after a change of a pod's labels, Prometheus also shows the series with the old
    /// ones.
    /// </summary>
    private static SampleAge? FindNewest(IReadOnlyList<SampleAge> samples, ScrapedPod pod) =>
        samples.Where(pod.IsSourceOf).MinBy(sample => sample.Age);
}
