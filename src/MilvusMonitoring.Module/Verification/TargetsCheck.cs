using MilvusMonitoring.Json;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>Every replica scrapes every ready endpoint.</summary>
internal sealed class TargetsCheck : ICheck
{
    public string DescribeTarget(CheckContext context) => context.Prometheus?.ToString() ?? "Prometheus";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Monitor is not { } monitor || context.Replicas is not { } replicas)
        {
            return null;
        }

        var pools = ConfigurationCheck.ListPools(monitor);
        var answers = await ReplicaQuery
            .ListMergedAsync(replicas, api => api.ListTargetsAsync(pools, cancellationToken))
            .ConfigureAwait(false);
        var all = answers.SelectMany(answer => answer.Value ?? []).ToList();
        context.Interval = all.Max(target => target.Interval) ?? FindConfiguredInterval(context, monitor);
        context.Addresses =
        [
            .. all.Select(target => target.Labels.GetValueOrDefault("instance")).OfType<string>().Distinct(StringComparer.Ordinal),
        ];
        return TargetsRule.Evaluate(
            DescribeTarget(context),
            context.Targets?.Ready,
            answers,
            context.WriteWaitCommand(),
            target => DescribeMoreTime(context, target));
    }

    private static TimeSpan? FindConfiguredInterval(CheckContext context, LiveMonitor monitor)
    {
        var ofMonitor = monitor.Endpoints.Count > 0 ? monitor.Endpoints[0].Text("interval") : null;
        return ScrapeDuration.Parse(ofMonitor ?? context.Prometheus!.Json.Member("spec").Text("scrapeInterval") ?? string.Empty);
    }

    private static string DescribeMoreTime(CheckContext context, PrometheusTarget target)
    {
        if (context.Found is { Chart: null })
        {
            return Remedies.DescribeManual($"Give a scrape more time, or see why pod {target.Pod} is slow.");
        }

        if (context.Found is { Chart: not null, Instance: { MonitorInValues: true } instance })
        {
            return Remedies.DescribeManual(
                $"Give a scrape more time: set {context.Found.Chart.PathOf("metrics.serviceMonitor.scrapeTimeout")} "
                    + $"in the values of the release {instance.Name}.");
        }

        return context.Settings is { } settings && target is { Interval: { } interval, Timeout: { } timeout }
            ? context.WriteRepairCommand(settings.WithMoreTime(interval, timeout))
            : context.WriteRepairCommand();
    }
}

/// <summary>Whether every replica scrapes every ready endpoint.</summary>
internal static class TargetsRule
{
    private const int MostNamed = 3;

    /// <param name="target">The Prometheus.</param>
    /// <param name="ready">The ready endpoints; null if the caller may not read them.</param>
    /// <param name="replicas">The targets of each replica.</param>
    /// <param name="wait">The command that waits for the targets.</param>
    /// <param name="moreTime">Writes what gives a scrape more time.</param>
    public static Finding Evaluate(
        string target,
        IReadOnlyList<MonitorEndpoint>? ready,
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<PrometheusTarget>>> replicas,
        string wait,
        Func<PrometheusTarget, string> moreTime)
    {
        if (ReplicaRule.FindFailure(target, replicas) is { } failure)
        {
            return failure;
        }

        foreach (var replica in replicas)
        {
            var wanted = replica.Value!.Where(item => ready is null || ready.Any(endpoint => IsTargetOf(item, endpoint))).ToList();
            if (wanted.FirstOrDefault(item => item.Health == "down") is { } down)
            {
                var count = wanted.Count(item => item.Health == "down");
                return Finding.Failed(
                    target,
                    $"{count} of {Quantity.Describe(wanted.Count, "target")} down on {replica.Name}: pod {down.Pod}: {down.LastError}",
                    DescribeRemedy(down, moreTime));
            }

            var missing = (ready ?? [])
                .Where(endpoint => !replica.Value!.Any(item => IsTargetOf(item, endpoint)))
                .Select(endpoint => endpoint.Pod)
                .ToList();
            if (missing.Count > 0 || wanted.Count == 0)
            {
                var complete = replicas.Where(other => other != replica && other.Value!.Count > replica.Value!.Count).ToList();
                var what = wanted.Count == 0 ? "no target" : DescribeMissing(missing);
                var endpoints = ready is null ? string.Empty : $", with {Quantity.Describe(ready.Count, "endpoint")} ready";
                var others = complete.Count > 0 ? $", while {ReplicaRule.JoinNames(complete)} has more" : string.Empty;
                return Finding.Failed(target, $"{replica.Name} has {what}{endpoints}{others}", wait);
            }

            if (wanted.FirstOrDefault(item => item.Health != "up") is { } waiting)
            {
                return Finding.Failed(target, $"{replica.Name} has not scraped pod {waiting.Pod} yet", wait);
            }
        }

        var up = Quantity.Describe(replicas[0].Value!.Count(item => item.Health == "up"), "target");
        var of = ready is null ? string.Empty : $" for {Quantity.Describe(ready.Count, "ready endpoint")}";
        return Finding.Passed(target, $"{up} up{of}, on {Quantity.Describe(replicas.Count, "replica")}");
    }

    private static string DescribeMissing(List<string> pods)
    {
        var more = pods.Count > MostNamed ? " and more" : string.Empty;
        return $"no target for {string.Join(", ", pods.Take(MostNamed))}{more}";
    }

    private static bool IsTargetOf(PrometheusTarget target, MonitorEndpoint endpoint) =>
        target.Pod == endpoint.Pod && (target.Labels.GetValueOrDefault("namespace") is not { } place || place == endpoint.Namespace);

    private static string DescribeRemedy(PrometheusTarget down, Func<PrometheusTarget, string> moreTime)
    {
        if (down.LastError.Contains("context deadline exceeded", StringComparison.Ordinal))
        {
            return moreTime(down);
        }

        return Remedies.DescribeManual(
            down.LastError.Contains("HTTP status", StringComparison.Ordinal)
                ? $"Milvus itself answers its scrapes with an error: see the log of pod {down.Pod}."
                : $"See that pod {down.Pod} serves /metrics, and that the network lets Prometheus through.");
    }
}
