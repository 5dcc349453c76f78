using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>A pod of Milvus with the targets by which one Prometheus scrapes it.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Targets">Its targets; empty if the server does not show targets.</param>
internal sealed record ScrapedPod(MilvusPod Pod, IReadOnlyList<PrometheusTarget> Targets)
{
    /// <summary>Whether a sample comes from the pod: every label by which the two can be compared is the same.</summary>
    public bool IsSourceOf(SampleAge sample)
    {
        if (Targets.Count == 0)
        {
            var place = sample.Labels.GetValueOrDefault("namespace") ?? Pod.Namespace;
            return (sample.Labels.GetValueOrDefault("pod") == Pod.Name && place == Pod.Namespace)
                || Pod.IsAt(ServerAddress.GetHost(sample.Labels.GetValueOrDefault("instance")));
        }

        return sample.HasSource && HasTargetOf(sample);
    }

    /// <remarks>Each sample of a Milvus is compared with each of its pods: closures would be most of what a large cluster costs.</remarks>
    private bool HasTargetOf(SampleAge sample)
    {
        foreach (var target in Targets)
        {
            if (IsSame(target, sample))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSame(PrometheusTarget target, SampleAge sample)
    {
        foreach (var label in PrometheusTarget.UsedLabels)
        {
            if (!IsSame(label, target.Labels, sample.Labels))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSame(string label, IReadOnlyDictionary<string, string> target, IReadOnlyDictionary<string, string> sample) =>
        string.IsNullOrEmpty(target.GetValueOrDefault(label))
        || string.IsNullOrEmpty(sample.GetValueOrDefault(label))
        || target[label] == sample[label];
}

/// <summary>Tells of which pod of Milvus a target is.</summary>
internal static class TargetPods
{
    /// <summary>
    /// Whether this is a target of a pod. What Prometheus discovered decides, then the address that it scrapes: relabelling may change or
    /// drop every label of a series.
    /// </summary>
    public static bool IsOf(this PrometheusTarget target, MilvusPod pod)
    {
        if (target.DiscoveredPod is { } discovered)
        {
            return discovered == pod.Name && IsIn(pod, target.DiscoveredNamespace);
        }

        return pod.IsAt(target.Host)
            || pod.IsAt(ServerAddress.GetHost(target.Labels.GetValueOrDefault("instance")))
            || (target.Labels.GetValueOrDefault("pod") == pod.Name && IsIn(pod, target.Labels.GetValueOrDefault("namespace")));
    }

    /// <summary>
    /// Whether this is a target of a pod at the port of its metrics. A job that is not known to scrape Milvus may scrape a sidecar.
    /// </summary>
    public static bool IsOfMetricsOf(this PrometheusTarget target, MilvusPod pod) =>
        target.IsOf(pod)
        && (target.Port ?? ServerAddress.GetPort(target.Labels.GetValueOrDefault("instance"))) is { } port
        && pod.IsMetricsPort(port);

    /// <summary>Lists all names and addresses by which <see cref="IsOf"/> may find a pod.</summary>
    public static IEnumerable<string> ListPlaces(this PrometheusTarget target)
    {
        string?[] places =
        [
            target.DiscoveredPod,
            target.Host,
            ServerAddress.GetHost(target.Labels.GetValueOrDefault("instance")),
            target.Labels.GetValueOrDefault("pod"),
        ];
        return places.OfType<string>().Distinct(StringComparer.Ordinal);
    }

    private static bool IsIn(MilvusPod pod, string? namespaceName) => namespaceName is null || namespaceName == pod.Namespace;
}
