using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>The links that only Prometheus itself can prove: configuration, targets, samples; each on every replica.</summary>
internal static class PrometheusRules
{
    /// <summary>The labels that Milvus's dashboards select and group by.</summary>
    public static IReadOnlyList<string> DashboardLabels { get; } =
    ["namespace", "pod", "app_kubernetes_io_name", "app_kubernetes_io_instance"];

    private const int MostNamed = 3;

    /// <summary>Whether every replica has loaded the scrape jobs of a monitor.</summary>
    /// <param name="target">The Prometheus.</param>
    /// <param name="jobs">The jobs that the operator makes of the monitor.</param>
    /// <param name="replicas">What each has loaded.</param>
    /// <param name="wait">The command that waits for it.</param>
    public static Finding Configuration(
        string target,
        IReadOnlyCollection<string> jobs,
        IReadOnlyList<ReplicaAnswer<LoadedConfiguration>> replicas,
        string wait)
    {
        if (NotAsked(target, replicas) is { } unanswered)
        {
            return unanswered;
        }

        var behind = replicas.Where(replica => !jobs.All(replica.Value!.Jobs.Contains)).ToList();
        if (behind.Count == 0)
        {
            return Finding.Passed(target, $"{string.Join(", ", jobs)} on {Count(replicas.Count, "replica")}");
        }

        var job = jobs.First(job => !behind[0].Value!.Jobs.Contains(job));
        var isRefused = behind.Any(replica => replica.Value!.IsLastReloadGood is false);
        return Finding.Failed(
            target,
            $"{Names(behind)} {(behind.Count == 1 ? "has" : "have")} not loaded {job}{(isRefused ? ", and refuses its newest configuration" : string.Empty)}{(behind.Count < replicas.Count ? $", while {Names([.. replicas.Except(behind)])} has" : string.Empty)}",
            isRefused ? Remedies.InWords($"See the log of {Names(behind)} for what it refuses, and mend that.") : wait);
    }

    /// <summary>Whether every replica scrapes every endpoint that is ready.</summary>
    /// <param name="target">The Prometheus.</param>
    /// <param name="ready">The endpoints that are ready; null where the caller may not see them.</param>
    /// <param name="replicas">The targets of each.</param>
    /// <param name="wait">The command that waits for it.</param>
    /// <param name="moreTime">What gives a scrape more time than it may take now.</param>
    public static Finding Targets(
        string target,
        IReadOnlyList<MonitorEndpoint>? ready,
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<PrometheusTarget>>> replicas,
        string wait,
        Func<PrometheusTarget, string> moreTime)
    {
        if (NotAsked(target, replicas) is { } unanswered)
        {
            return unanswered;
        }

        foreach (var replica in replicas)
        {
            var wanted = replica.Value!.Where(item => ready is null || ready.Any(endpoint => IsOf(item, endpoint))).ToList();
            if (wanted.FirstOrDefault(item => item.Health == "down") is { } down)
            {
                var count = wanted.Count(item => item.Health == "down");
                return Finding.Failed(
                    target,
                    $"{count} of {Count(wanted.Count, "target")} down on {replica.Name}: pod {down.Pod}: {down.LastError}",
                    Mend(down, moreTime));
            }

            var missing = (ready ?? [])
                .Where(endpoint => !replica.Value!.Any(item => IsOf(item, endpoint)))
                .Select(endpoint => endpoint.Pod)
                .ToList();
            if (missing.Count > 0 || wanted.Count == 0)
            {
                var others = replicas.Where(other => other != replica && other.Value!.Count > replica.Value!.Count).ToList();
                return Finding.Failed(
                    target,
                    $"{replica.Name} has {(wanted.Count == 0 ? "no target" : $"no target for {string.Join(", ", missing.Take(MostNamed))}{(missing.Count > MostNamed ? " and more" : string.Empty)}")}"
                        + $"{(ready is null ? string.Empty : $", with {Count(ready.Count, "endpoint")} ready")}{(others.Count > 0 ? $", while {Names(others)} has more" : string.Empty)}",
                    wait);
            }

            if (wanted.FirstOrDefault(item => item.Health != "up") is { } waiting)
            {
                return Finding.Failed(target, $"{replica.Name} has not scraped pod {waiting.Pod} yet", wait);
            }
        }

        var some = replicas[0].Value!.Count(item => item.Health == "up");
        return Finding.Passed(
            target,
            $"{Count(some, "target")} up{(ready is null ? string.Empty : $" for {Count(ready.Count, "ready endpoint")}")}, on {Count(replicas.Count, "replica")}"
        );
    }

    /// <summary>Whether every replica has fresh samples with the labels that dashboards rely on.</summary>
    /// <param name="target">The Prometheus.</param>
    /// <param name="interval">How often the targets are scraped.</param>
    /// <param name="replicas">The samples of each.</param>
    /// <param name="appName">What the label <c>app_kubernetes_io_name</c> has to be for the dashboards of Milvus.</param>
    /// <param name="wait">The command that waits for it.</param>
    /// <param name="enable">The command that brings the labels.</param>
    public static Finding Samples(
        string target,
        TimeSpan interval,
        IReadOnlyList<ReplicaAnswer<IReadOnlyList<SampleAge>>> replicas,
        string appName,
        string wait,
        string enable)
    {
        if (NotAsked(target, replicas) is { } unanswered)
        {
            return unanswered;
        }

        foreach (var replica in replicas)
        {
            if (replica.Value!.Count == 0)
            {
                return Finding.Failed(
                    target,
                    $"{replica.Name} has no series of it: neither milvus_rootcoord_proxy_num, nor milvus_proxy_req_count, nor go_info",
                    wait);
            }

            // What a pod was scraped as before a change of its labels may be seen for another five minutes.
            var newest = NewestOf(replica.Value);
            if (newest.MaxBy(sample => sample.Age) is { } oldest && oldest.Age > interval * 2)
            {
                return Finding.Failed(
                    target,
                    $"the newest sample of pod {oldest.Labels.GetValueOrDefault("pod")} on {replica.Name} is {oldest.Age.TotalSeconds:0} s old, with an interval of {interval.TotalSeconds:0.#} s",
                    Remedies.InWords("See that the metrics of Milvus carry no timestamps of their own, and that the clocks agree."));
            }

            var lacking = DashboardLabels
                .Where(label => newest.Any(sample => string.IsNullOrEmpty(sample.Labels.GetValueOrDefault(label))))
                .ToList();
            if (lacking.Count > 0)
            {
                return Finding.Failed(
                    target,
                    $"series on {replica.Name} lack the {(lacking.Count == 1 ? "label" : "labels")} {string.Join(", ", lacking)}, by which dashboards find them",
                    enable);
            }
        }

        var samples = NewestOf(replicas[0].Value!);
        var detail =
            $"the newest samples of {Count(samples.Count, "pod")} are {samples.Max(sample => sample.Age).TotalSeconds:0.#} s old at most, on {Count(replicas.Count, "replica")}";
        var name = samples
            .Select(sample => sample.Labels.GetValueOrDefault("app_kubernetes_io_name"))
            .FirstOrDefault(name => name != appName);
        return name is null
            ? Finding.Passed(target, detail)
            : Finding.Warning(
                target,
                $"{detail}; app_kubernetes_io_name is '{name}', and the dashboard of Milvus shows '{appName}' only",
                Remedies.InWords("Take nameOverride out of the values of the release, or change the dashboard's variable app_name."));
    }

    private static IReadOnlyList<SampleAge> NewestOf(IReadOnlyList<SampleAge> samples) =>
        [
            .. samples
                .GroupBy(sample => (sample.Labels.GetValueOrDefault("namespace"), sample.Labels.GetValueOrDefault("pod")))
                .Select(pod => pod.MinBy(sample => sample.Age)!),
        ];

    private static bool IsOf(PrometheusTarget target, MonitorEndpoint endpoint) =>
        target.Pod == endpoint.Pod && (target.Labels.GetValueOrDefault("namespace") is not { } place || place == endpoint.Namespace);

    private static string Mend(PrometheusTarget down, Func<PrometheusTarget, string> moreTime) =>
        down.LastError.Contains("context deadline exceeded", StringComparison.Ordinal) ? moreTime(down)
        : down.LastError.Contains("HTTP status", StringComparison.Ordinal)
            ? Remedies.InWords($"Milvus itself answers its scrapes with an error: see the log of pod {down.Pod}.")
        : Remedies.InWords($"See that pod {down.Pod} serves /metrics, and that the network lets Prometheus through.");

    /// <summary>
    /// A replica that does not answer is a fault, and so is an address named by the caller that is none; one that may not be asked, or
    /// answers something else, leaves the link unknown.
    /// </summary>
    private static Finding? NotAsked<T>(string target, IReadOnlyList<ReplicaAnswer<T>> replicas)
    {
        if (replicas.Count == 0)
        {
            return Finding.Failed(target, "no pod of it is ready", Remedies.InWords($"Have a pod of {target} become ready."));
        }

        if (replicas.FirstOrDefault(replica => replica.Error?.ErrorId is ErrorId.ServiceUnreachable or ErrorId.TimedOut) is { } dead)
        {
            return Finding.Failed(
                target,
                OneLine.TrimPunctuation(dead.Error!.Message),
                Remedies.InWords($"See that {dead.Name} runs and can be reached from here; give another address with -PrometheusUri."));
        }

        if (replicas.FirstOrDefault(replica => replica is { IsNamed: true, Error.ErrorId: ErrorId.ResponseInvalid }) is { } other)
        {
            return Finding.Failed(
                target,
                OneLine.TrimPunctuation(other.Error!.Message),
                Remedies.InWords("Give the address of Prometheus itself, as far as its path goes, with -PrometheusUri."));
        }

        return replicas.FirstOrDefault(replica => replica.Error is not null) is { } odd
            ? Finding.FromError(
                CheckStatus.Unknown,
                target,
                odd.Error!,
                Remedies.InWords("Give an address of Prometheus that you may ask with -PrometheusUri."))
            : null;
    }

    private static string Names<T>(IReadOnlyList<ReplicaAnswer<T>> replicas) =>
        string.Join(" and ", replicas.Select(replica => replica.Name));

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
