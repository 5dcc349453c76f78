using MilvusMonitoring.Json;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>Every replica scrapes every running pod of the Milvus.</summary>
internal sealed class TargetsCheck : ICheck
{
    public string DescribeTarget(CheckContext context) => context.Prometheus?.ToString() ?? "Prometheus";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Replicas is not { } replicas)
        {
            return null;
        }

        var pods = (await context.GetReachAsync().ConfigureAwait(false)).Pods;
        var answers = context.Pools is { } pools
            ? await ListOfPoolsAsync(context, replicas, pools, cancellationToken).ConfigureAwait(false)
            : await ListNearAsync(context, pods).ConfigureAwait(false);
        if (context.Pools is not null && TargetsRule.IsIncomplete(pods, answers))
        {
            // Another job may scrape what the monitor does not reach.
            answers = await ListNearAsync(context, pods).ConfigureAwait(false);
        }

        answers = [.. answers.Select(answer => answer with { Value = TargetsRule.Filter(answer.Value, context.Pools, pods) })];

        var target = context.Prometheus is null && answers.Count > 0 ? answers[0].Name : DescribeTarget(context);
        var all = answers.SelectMany(answer => answer.Value ?? []).ToList();
        context.Scraped = TargetsRule.ListScraped(pods, all);
        context.Interval = all.Where(item => pods is null || pods.Any(item.IsOf)).Max(item => item.Interval)
            ?? FindConfiguredInterval(context);
        var wait = context.WriteWaitCommand(
            $"See the targets of {target} for what its service discovery finds, and the relabelings of the monitor.");
        return TargetsRule.DescribeHidden(target, answers, pods, context.HasOnlyAddress)
            ?? TargetsRule.Evaluate(target, pods, answers, wait, down => DescribeMoreTime(context, down));
    }

    /// <summary>
    /// Lists the targets of pools. Of few Milvus those of each pool are asked for; of many all are, once for all Milvus. Where that is more
    /// than a response may have, each pool is asked for all the same.
    /// </summary>
    private static async Task<IReadOnlyList<ReplicaAnswer<IReadOnlyList<PrometheusTarget>>>> ListOfPoolsAsync(
        CheckContext context,
        IReadOnlyList<PrometheusReplica> replicas,
        IReadOnlySet<string> pools,
        CancellationToken cancellationToken)
    {
        if (context.Reads.HasMany)
        {
            var all = await context.Reads.ListTargetsAsync(context.Prometheus).ConfigureAwait(false);
            if (!all.Any(answer => answer.Error?.ErrorId == ErrorId.ResponseInvalid))
            {
                return [.. all.Select(answer => answer.Select(targets => targets.ListOfPools(pools)))];
            }
        }

        return await ReplicaQuery
            .ListMergedAsync(replicas, api => api.ListTargetsAsync(pools, cancellationToken))
            .ConfigureAwait(false);
    }

    /// <summary>Lists the targets of whatever job that may be of the pods, with those of the pools.</summary>
    private static async Task<IReadOnlyList<ReplicaAnswer<IReadOnlyList<PrometheusTarget>>>> ListNearAsync(
        CheckContext context,
        IReadOnlyList<MilvusPod>? pods)
    {
        var all = await context.Reads.ListTargetsAsync(context.Prometheus).ConfigureAwait(false);
        return [.. all.Select(answer => answer.Select(targets => targets.ListNear(context.Pools ?? new HashSet<string>(), pods ?? [])))];
    }

    private static TimeSpan? FindConfiguredInterval(CheckContext context)
    {
        var endpoint = context.Used.SelectMany(monitor => monitor.Endpoints).FirstOrDefault();
        var ofPrometheus = context.Prometheus?.Json.Member("spec").Text("scrapeInterval");
        return ScrapeDuration.Parse(endpoint.Text("interval") ?? ofPrometheus ?? string.Empty);
    }

    private static string DescribeMoreTime(CheckContext context, PrometheusTarget target)
    {
        if (context.Found is { Chart: null } || context.Monitor is null || context.Monitor.Id != context.Found?.MonitorId)
        {
            return Remedies.DescribeManual($"Increase the scrape timeout, or see why pod {target.Pod} is slow.");
        }

        if (context.Found is { Chart: not null, Instance: { MonitorInValues: true } instance })
        {
            return Remedies.DescribeManual(
                $"Increase the scrape timeout: set {context.Found.Chart.PathOf("metrics.serviceMonitor.scrapeTimeout")} "
                    + $"in the values of the release {instance.Name}.");
        }

        return context.Settings is { } settings && target is { Interval: { } interval, Timeout: { } timeout }
            ? context.WriteRepairCommand(settings.WithMoreTime(interval, timeout))
            : context.WriteRepairCommand();
    }
}

/// <summary>Whether every replica scrapes every running pod.</summary>
internal static class TargetsRule
{
    private const int MostNamed = 3;

    /// <summary>Whether a pod that has to be scraped has no target that is up on some replica.</summary>
    public static bool IsIncomplete(
        IReadOnlyList<MilvusPod>? pods,
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<PrometheusTarget>>> replicas) =>
        replicas.Any(replica => replica.Value is { } targets && ListWanted(pods).Any(pod =>
            !targets.Any(target => target.IsUp && target.IsOf(pod))));

    /// <summary>Leaves out the targets of others: those that are neither in the pools nor the metrics of the pods.</summary>
    public static IReadOnlyList<PrometheusTarget>? Filter(
        IReadOnlyList<PrometheusTarget>? targets,
        IReadOnlySet<string>? pools,
        IReadOnlyList<MilvusPod>? pods) => targets is null
        ? null
        : [.. targets.Where(target => pools?.Contains(target.Pool) is true || pods?.Any(target.IsOfMetricsOf) is true)];

    /// <summary>Lists the pods whose samples are to be found, with their targets that are up.</summary>
    /// <param name="pods">The pods; null if the caller may not read them: the targets then stand for their pods.</param>
    /// <param name="targets">The targets of all replicas.</param>
    public static IReadOnlyList<ScrapedPod> ListScraped(IReadOnlyList<MilvusPod>? pods, IReadOnlyList<PrometheusTarget> targets)
    {
        if (pods is not null)
        {
            return [.. ListWanted(pods).Select(pod => new ScrapedPod(pod, [.. targets.Where(target => target.IsUp && target.IsOf(pod))]))];
        }

        return
        [
            .. targets
                .GroupBy(target => (Namespace: target.Labels.GetValueOrDefault("namespace") ?? string.Empty, target.Pod))
                .Select(pod => new ScrapedPod(new MilvusPod(pod.Key.Namespace, pod.Key.Pod, PodState.Ready), [.. pod])),
        ];
    }

    /// <summary>Describes a server that does not show targets of the pods and need not have them; null if it shows them.</summary>
    public static Finding? DescribeHidden(
        string target,
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<PrometheusTarget>>> replicas,
        IReadOnlyList<MilvusPod>? pods,
        bool hasOnlyAddress)
    {
        if (replicas.FirstOrDefault(replica => replica is { Error: null, Value: null }) is { } hidden)
        {
            return Finding.Skipped(target, $"{hidden.Name} does not show targets; the samples decide");
        }

        return hasOnlyAddress
            && replicas.All(replica => replica.Error is null && !ListWanted(pods).Any(pod => replica.Value!.Any(item => item.IsOf(pod))))
            ? Finding.Skipped(target, $"{ReplicaQuery.JoinNames(replicas)} does not scrape the Milvus itself; the samples decide")
            : null;
    }

    /// <param name="target">The Prometheus.</param>
    /// <param name="pods">The pods of the Milvus that have not ended; null if the caller may not read them.</param>
    /// <param name="replicas">The targets of each replica.</param>
    /// <param name="wait">What to do until Prometheus has a target.</param>
    /// <param name="moreTime">Writes what gives a scrape more time.</param>
    public static Finding Evaluate(
        string target,
        IReadOnlyList<MilvusPod>? pods,
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<PrometheusTarget>>> replicas,
        string wait,
        Func<PrometheusTarget, string> moreTime)
    {
        if (ReplicaRule.FindFailure(target, replicas) is { } failure)
        {
            return failure;
        }

        string? beside = null;
        foreach (var replica in replicas)
        {
            var scraped = ListPods(pods, replica.Value!);
            if (scraped.FirstOrDefault(IsDown) is { } down)
            {
                var error = down.Targets.First(item => item.IsDown);
                return Finding.Failed(
                    target,
                    $"{scraped.Count(IsDown)} of {Quantity.Describe(scraped.Count, "target")} down on {replica.Name}: "
                        + $"pod {down.Pod.Name}: {error.LastError}",
                    DescribeRemedy(error, down.Pod.Name, moreTime));
            }

            var missing = scraped.Where(pod => pod.Targets.Count == 0).Select(pod => pod.Pod).ToList();
            if (missing.Count > 0 || scraped.Count == 0)
            {
                return DescribeMissing(target, replica, replicas, missing, scraped, wait);
            }

            if (scraped.FirstOrDefault(pod => !pod.Targets.Any(item => item.IsUp)) is { } waiting)
            {
                return Finding.Failed(target, $"{replica.Name} has not scraped pod {waiting.Pod.Name} yet", wait);
            }

            beside ??= scraped
                .SelectMany(pod => pod.Targets.Where(item => item.IsDown).Select(item => $"pod {pod.Pod.Name}: {item.LastError}"))
                .FirstOrDefault();
        }

        var count = ListPods(pods, replicas[0].Value!).Count;
        var noun = pods is null ? "target" : "running pod";
        var detail = $"{Quantity.Describe(count, noun)} scraped, on {Quantity.Describe(replicas.Count, "replica")}";
        return beside is null
            ? Finding.Passed(target, detail)
            : Finding.Warning(
                target,
                $"{detail}; a second target is down: {beside}",
                Remedies.DescribeManual("See whether the monitor has to scrape that port or Service too."));
    }

    /// <summary>Lists the pods that have to be scraped: those that are ready or, if none is, those that start.</summary>
    private static List<MilvusPod> ListWanted(IReadOnlyList<MilvusPod>? pods)
    {
        var alive = (pods ?? []).Where(pod => pod.State != PodState.Ended).ToList();
        var ready = alive.Where(pod => pod.State == PodState.Ready).ToList();
        return ready.Count > 0 ? ready : alive;
    }

    private static IReadOnlyList<ScrapedPod> ListPods(IReadOnlyList<MilvusPod>? pods, IReadOnlyList<PrometheusTarget> targets) =>
        pods is null
            ? ListScraped(null, targets)
            : [.. ListWanted(pods).Select(pod => new ScrapedPod(pod, [.. targets.Where(target => target.IsOf(pod))]))];

    private static bool IsDown(ScrapedPod pod) => pod.Targets.Any(target => target.IsDown) && !pod.Targets.Any(target => target.IsUp);

    private static Finding DescribeMissing(
        string target,
        ReplicaAnswer<IReadOnlyList<PrometheusTarget>> replica,
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<PrometheusTarget>>> replicas,
        List<MilvusPod> missing,
        IReadOnlyList<ScrapedPod> scraped,
        string wait)
    {
        var complete = replicas.Where(other => other != replica && other.Value!.Count > replica.Value!.Count).ToList();
        var others = complete.Count > 0 ? $", while {ReplicaQuery.JoinNames(complete)} has more" : string.Empty;
        if (missing.Count == scraped.Count && missing.All(pod => pod.Unreached is null))
        {
            return Finding.Failed(
                target,
                $"{replica.Name} has no target of the Milvus, with {Quantity.Describe(scraped.Count, "pod")} running{others}",
                wait);
        }

        var named = missing.OrderBy(pod => pod.Unreached is null).ToList();
        var names = string.Join(", ", named.Take(MostNamed).Select(Describe));
        var more = named.Count > MostNamed ? $" and {named.Count - MostNamed} more" : string.Empty;
        return Finding.Failed(
            target,
            $"{replica.Name} has no target for {names}{more}, with {Quantity.Describe(scraped.Count, "pod")} running{others}",
            named[0].Unreached is null
                ? wait
                : Remedies.DescribeManual($"Make a monitor reach pod {named[0].Name}: {named[0].Unreached}."));
    }

    private static string Describe(MilvusPod pod) => pod.Unreached is null ? $"pod {pod.Name}" : $"pod {pod.Name} ({pod.Unreached})";

    private static string DescribeRemedy(PrometheusTarget down, string pod, Func<PrometheusTarget, string> moreTime) =>
        ScrapeErrorRule.IsDeadline(down.LastError)
            ? moreTime(down)
            : Remedies.DescribeManual(ScrapeErrorRule.Describe(down.LastError, $"pod {pod}"));
}
