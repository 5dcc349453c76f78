namespace MilvusMonitoring.Metrics;

/// <summary>What else than Milvus has the metrics of a rule.</summary>
/// <param name="Prefix">The prefix of its metrics.</param>
/// <param name="Name">Its name.</param>
/// <param name="Probe">A metric that it has as soon as it is scraped.</param>
internal sealed record Exporter(string Prefix, string Name, string Probe)
{
    /// <summary>The exporters of kube-prometheus.</summary>
    public static IReadOnlyList<Exporter> All { get; } =
    [
        new("kube_", "kube-state-metrics", "kube_pod_info"),
        new("container_", "the kubelet's cAdvisor", "container_memory_working_set_bytes"),
        new("kubelet_", "the kubelet", "kubelet_node_name"),
        new("node_", "node-exporter", "node_uname_info"),
    ];

    /// <summary>
    /// The metrics that appear only after something has happened, with what that is, to follow "no series yet: it appears".
    /// </summary>
    private static readonly Dictionary<string, string> Appearing = new(StringComparer.Ordinal)
    {
        ["kube_pod_container_status_last_terminated_reason"] = "after a container has ended",
    };

    /// <summary>What it means that pods have no series of a metric, to follow "no series of the metric".</summary>
    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["kube_pod_container_resource_limits"] = "its containers have no such limit",
        ["container_cpu_cfs_periods_total"] = "its containers have no CPU limit",
        ["container_cpu_cfs_throttled_periods_total"] = "its containers have no CPU limit",
        ["kubelet_volume_stats_available_bytes"] = "it has no volume that the kubelet measures",
        ["kubelet_volume_stats_capacity_bytes"] = "it has no volume that the kubelet measures",
    };

    /// <summary>Finds the exporter of a metric; null for a metric of Milvus or of Prometheus itself.</summary>
    public static Exporter? Find(string metric) =>
        All.FirstOrDefault(exporter => metric.StartsWith(exporter.Prefix, StringComparison.Ordinal));

    public static string? FindAppearance(string metric) => Appearing.GetValueOrDefault(metric);

    public static string FindMeaning(string metric) => Meanings.GetValueOrDefault(metric, "its pods may have other names");
}
