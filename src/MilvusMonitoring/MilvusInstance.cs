namespace MilvusMonitoring;

/// <summary>A Milvus in a cluster.</summary>
/// <remarks>
/// Carries <see cref="Kubeconfig"/>, <see cref="Context"/>, <see cref="Namespace"/> and <see cref="Name"/>, so that the next command of a
/// pipeline meets the same Milvus.
/// </remarks>
public sealed record MilvusInstance
{
    /// <summary>The name of the Helm release, or of the Operator's resource.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Cluster or standalone.</summary>
    public MilvusMode Mode { get; init; }

    /// <summary>The version of the chart, such as <c>5.0.19</c>; null for the Operator.</summary>
    public string? ChartVersion { get; init; }

    /// <summary>The version of Milvus, such as <c>2.6.15</c>; null where nothing says it.</summary>
    public string? AppVersion { get; init; }

    /// <summary>What installs and upgrades it.</summary>
    public MilvusManager ManagedBy { get; init; }

    /// <summary>The newest revision of the Helm release; null for the Operator.</summary>
    public int? Revision { get; init; }

    /// <summary>
    /// What its manager says of it: for Helm <c>deployed</c>, <c>failed</c>, <c>pending-upgrade</c> and the like, for the Operator
    /// <c>Healthy</c> and the like.
    /// The rest is read from the newest deployed revision, where there is one.
    /// </summary>
    public required string Status { get; init; }

    /// <summary>Whether it is set to serve metrics.</summary>
    public bool MetricsEnabled { get; init; }

    /// <summary>The kind of its monitor: <c>ServiceMonitor</c> for Helm, <c>PodMonitor</c> for the Operator.</summary>
    public required string MonitorKind { get; init; }

    /// <summary>The name that its monitor has, or would have.</summary>
    public required string MonitorName { get; init; }

    /// <summary>Whether that monitor is in the cluster; null where the caller may not see it.</summary>
    public bool? MonitorEnabled { get; init; }

    /// <summary>Whether Helm itself keeps the monitor, because the release's values ask for it; always false for the Operator.</summary>
    public bool MonitorInValues { get; init; }

    /// <summary>The context of the kubeconfig.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig; null for a pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The instance in a few words.</summary>
    /// <returns><c>namespace/name</c>.</returns>
    public override string ToString() => $"{Namespace}/{Name}";
}
