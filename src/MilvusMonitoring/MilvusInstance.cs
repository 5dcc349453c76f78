namespace MilvusMonitoring;

/// <summary>A Milvus instance in a cluster.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/>, <see cref="Context"/>, <see cref="Namespace"/> and <see cref="Name"/> bind to the parameters of the next
/// command of a pipeline, so that it uses the same Milvus.
/// </remarks>
public sealed record MilvusInstance
{
    /// <summary>
    /// The name of the Helm release, or of the resource of the Milvus Operator. Without both, the label
    /// <c>app.kubernetes.io/instance</c> of the pods.
    /// </summary>
    public required string Name { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace of the Milvus.</summary>
    public required string Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>Whether Milvus runs as a cluster or standalone.</summary>
    public MilvusMode Mode { get; init; }

    /// <summary>
    /// The version of the Milvus chart, such as <c>5.0.19</c>; null for the Operator, and if neither a record nor a label names it.
    /// </summary>
    public string? ChartVersion { get; init => field = SafeText.Clean(value); }

    /// <summary>The version of Milvus that the chart installs by default, such as <c>2.6.15</c>; null if it is not known.</summary>
    public string? ChartAppVersion { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// The version of Milvus that runs: the image tag of the pods, such as <c>v2.6.15</c>; several during an upgrade, separated by commas.
    /// Without pods the version that is configured; null if it is not known.
    /// </summary>
    public string? AppVersion { get; init => field = SafeText.Clean(value); }

    /// <summary>The tool that installs and upgrades the Milvus.</summary>
    public MilvusManager ManagedBy { get; init; }

    /// <summary>
    /// The namespace of Helm's records, if it is not that of the release, as with the HelmReleases of Flux; null otherwise.
    /// </summary>
    public string? StorageNamespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The newest revision of the Helm release; null if there is no record of Helm, or the user may not read it.</summary>
    public int? Revision { get; init; }

    /// <summary>When the newest revision of the Helm release was written; null if it is not known.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>
    /// The status from the manager: for Helm <c>deployed</c>, <c>failed</c>, <c>pending-upgrade</c> and others, for the Operator
    /// <c>Healthy</c> and others. Without a manager that tells it: <c>Running</c>, <c>NotRunning</c>, or <c>Unknown</c>.
    /// The other properties come from the newest deployed revision, if there is one.
    /// </summary>
    public required string Status { get; init => field = SafeText.Clean(value); }

    /// <summary>The number of running pods; null if the user may not read them.</summary>
    public int? RunningPods { get; init; }

    /// <summary>
    /// Whether the configuration lets Milvus serve metrics. Without a configuration: whether a Service has a port for them.
    /// </summary>
    public bool MetricsEnabled { get; init; }

    /// <summary>The kind of the monitor: <c>PodMonitor</c> for the Operator, otherwise <c>ServiceMonitor</c>.</summary>
    public required string MonitorKind { get; init => field = SafeText.Clean(value); }

    /// <summary>The name of the monitor, whether the monitor exists or not.</summary>
    public required string MonitorName { get; init => field = SafeText.Clean(value); }

    /// <summary>Whether the monitor is in the cluster; null if the user may not read it.</summary>
    public bool? MonitorEnabled { get; init; }

    /// <summary>Whether the values of the Helm release turn the monitor on, so that Helm manages it; false for the Operator.</summary>
    public bool MonitorInValues { get; init; }

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The instance in text.</summary>
    /// <returns><c>namespace/name</c>.</returns>
    public override string ToString() => $"{Namespace}/{Name}";
}
