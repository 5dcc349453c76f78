namespace EmbeddedCluster.Monitoring;

/// <summary>A target as Prometheus's discovery would find it.</summary>
/// <param name="Pod">The pod: namespace and name.</param>
/// <param name="Labels">The labels before relabelling, <c>__meta_kubernetes_…</c>.</param>
internal sealed record ScrapeTarget(string Pod, IReadOnlyDictionary<string, string> Labels);

/// <summary>A scrape job as the operator writes it for one endpoint of a monitor.</summary>
/// <param name="Name"><c>serviceMonitor/namespace/name/index</c>.</param>
/// <param name="Settings">Interval and the like, in YAML's words.</param>
/// <param name="Relabelling">The relabelling steps, each a flow mapping.</param>
/// <param name="Targets">What discovery finds in the namespaces of the monitor.</param>
internal sealed record ScrapeJob(
    string Name,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyList<string> Relabelling,
    IReadOnlyList<ScrapeTarget> Targets);
