using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>Every replica of Prometheus has loaded the monitor.</summary>
internal sealed class ConfigurationCheck(PrometheusReplicas replicas) : ICheck
{
    public string Name => CheckId.Configuration;

    public string TargetOf(CheckContext scene) => scene.Prometheus?.ToString() ?? "Prometheus";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (scene.Monitor is null || scene.Prometheus is not { } prometheus)
        {
            return null;
        }

        scene.Replicas = await replicas.FindAsync(prometheus, cancellationToken).ConfigureAwait(false);
        var answers = await Replies.AskAsync(scene.Replicas, api => api.ConfigurationAsync(cancellationToken)).ConfigureAwait(false);
        return PrometheusRules.Configuration(TargetOf(scene), Pools(scene.Monitor), answers, scene.WaitCommand());
    }

    /// <summary>The scrape pools that the operator makes of a monitor, one for each of its endpoints.</summary>
    public static IReadOnlySet<string> Pools(LiveMonitor monitor)
    {
        var kind = monitor.Type.Kind == ResourceType.PodMonitor.Kind ? "podMonitor" : "serviceMonitor";
        return Enumerable
            .Range(0, monitor.Endpoints.Count)
            .Select(index => $"{kind}/{monitor.Metadata.Namespace}/{monitor.Metadata.Name}/{index}")
            .ToHashSet(StringComparer.Ordinal);
    }
}

/// <summary>Every replica scrapes every endpoint that is ready.</summary>
internal sealed class TargetsCheck : ICheck
{
    public string Name => CheckId.Targets;

    public string TargetOf(CheckContext scene) => scene.Prometheus?.ToString() ?? "Prometheus";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (scene.Monitor is not { } monitor || scene.Replicas is not { } replicas)
        {
            return null;
        }

        var pools = ConfigurationCheck.Pools(monitor);
        var answers = await Replies.AskSetsAsync(replicas, api => api.TargetsAsync(pools, cancellationToken)).ConfigureAwait(false);
        var all = answers.SelectMany(answer => answer.Value ?? []).ToList();
        scene.Interval = all.Max(target => target.Interval)
            ?? ScrapeDuration.Parse(
                (monitor.Endpoints.Count > 0 ? monitor.Endpoints[0].Text("interval") : null)
                    ?? scene.Prometheus!.Json.Member("spec").Text("scrapeInterval")
                    ?? string.Empty);
        scene.Addresses =
        [
            .. all.Select(target => target.Labels.GetValueOrDefault("instance")).OfType<string>().Distinct(StringComparer.Ordinal),
        ];
        return PrometheusRules.Targets(TargetOf(scene), scene.Targets?.Ready, answers, scene.WaitCommand(), target =>
            MoreTime(scene, target));
    }

    private static string MoreTime(CheckContext scene, PrometheusTarget target) =>
        scene switch
        {
            { Found.Chart: null } => Remedies.InWords($"Give a scrape more time, or see why pod {target.Pod} is slow."),
            { Found.Instance: { MonitorInValues: true } instance } => Remedies.InWords(
                $"Give a scrape more time with helm upgrade {instance.Name} --version {instance.ChartVersion} --reuse-values --set metrics.serviceMonitor.scrapeTimeout=..."
            ),
            _ when scene.Settings is { } settings && target is { Interval: { } interval, Timeout: { } timeout } => scene.RepairCommand(
                settings.WithMoreTime(interval, timeout)),
            _ => scene.RepairCommand(),
        };
}

/// <summary>Every replica has fresh samples of Milvus, as dashboards look for them.</summary>
internal sealed class SamplesCheck : ICheck
{
    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(30);

    public string Name => CheckId.Samples;

    public string TargetOf(CheckContext scene) => scene.Prometheus?.ToString() ?? "Prometheus";

    public async Task<Finding?> LookAsync(CheckContext scene, CancellationToken cancellationToken)
    {
        if (scene.Addresses.Count == 0 || scene.Replicas is not { } replicas)
        {
            return null;
        }

        var answers = await Replies.AskSetsAsync(replicas, api => api.AgesAsync(scene.Addresses, cancellationToken)).ConfigureAwait(false);
        return PrometheusRules.Samples(
            TargetOf(scene),
            scene.Interval ?? UsualInterval,
            answers,
            MilvusChart.Name,
            scene.WaitCommand(),
            scene.RepairCommand());
    }
}

/// <summary>Asks all replicas at once; one that fails leaves the others their answers.</summary>
internal static class Replies
{
    /// <summary>Asks, and puts together what shards have of the same targets.</summary>
    public static async Task<IReadOnlyList<ReplicaAnswer<IReadOnlyList<T>>>> AskSetsAsync<T>(
        IReadOnlyList<PrometheusReplica> replicas,
        Func<PrometheusApi, Task<IReadOnlyList<T>>> ask)
    {
        var answers = await AskAsync(replicas, ask).ConfigureAwait(false);
        return
        [
            .. answers.Zip(replicas).GroupBy(item => item.Second.Set, item => item.First).Select(set => ReplicaAnswer.Together([.. set])),
        ];
    }

    public static async Task<IReadOnlyList<ReplicaAnswer<T>>> AskAsync<T>(
        IReadOnlyList<PrometheusReplica> replicas,
        Func<PrometheusApi, Task<T>> ask) => await Task.WhenAll(replicas.Select(replica => OneAsync(replica, ask))).ConfigureAwait(false);

    private static async Task<ReplicaAnswer<T>> OneAsync<T>(PrometheusReplica replica, Func<PrometheusApi, Task<T>> ask)
    {
        try
        {
            return new ReplicaAnswer<T>(replica.Name, await ask(replica.Api).ConfigureAwait(false), null);
        }
        catch (MonitoringException exception)
        {
            return new ReplicaAnswer<T>(replica.Name, default, exception) { IsNamed = replica.IsNamed };
        }
    }
}
