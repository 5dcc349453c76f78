namespace MilvusMonitoring;

/// <summary>A monitoring in the cluster, whichever tool installed it.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/> and <see cref="Context"/> bind to the parameters of the next command of a pipeline.
/// </remarks>
public sealed record MonitoringStack
{
    /// <summary>The kind of monitoring.</summary>
    public required MonitoringStackKind Kind { get; init; }

    /// <summary>The name: that of the Helm release, or of what the stack is made of.</summary>
    public required string Name { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace of the operator, or of Prometheus.</summary>
    public required string Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// What manages the stack: <c>milvus-monitoring</c>, <c>Helm</c>, <c>Argo CD</c>, <c>Flux</c>, <c>OLM</c>, <c>kubectl</c>, the value of
    /// the label <c>app.kubernetes.io/managed-by</c>, or the field manager.
    /// </summary>
    public required string ManagedBy { get; init => field = SafeText.Clean(value); }

    /// <summary>Whether this module installed the stack, as its inventory records.</summary>
    public bool Ours { get; init; }

    /// <summary>The version of the release or of the chart; null if it is unknown.</summary>
    public string? Version { get; init => field = SafeText.Clean(value); }

    /// <summary>The version of the operator; null if it is unknown, or if there is no operator.</summary>
    public string? OperatorVersion { get; init => field = SafeText.Clean(value); }

    /// <summary>The operator: <c>Deployment/monitoring/prometheus-operator</c>; null if there is none.</summary>
    public string? Operator { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespaces whose monitors the operator reads; <c>*</c> for all.</summary>
    public IReadOnlyList<string> WatchedNamespaces { get; init => field = SafeText.CleanAll(value); } = [];

    /// <summary>The namespaces that the operator leaves out of all.</summary>
    public IReadOnlyList<string> DeniedNamespaces { get; init => field = SafeText.CleanAll(value); } = [];

    /// <summary>The namespaces whose Prometheus resources the operator runs; <c>*</c> for all.</summary>
    public IReadOnlyList<string> InstanceNamespaces { get; init => field = SafeText.CleanAll(value); } = [];

    /// <summary>The Prometheus resources, or what scrapes in their place.</summary>
    public IReadOnlyList<StackPrometheus> Prometheus { get; init; } = [];

    /// <summary>The Alertmanagers: <c>Alertmanager/monitoring/main</c>.</summary>
    public IReadOnlyList<string> Alertmanager { get; init => field = SafeText.CleanAll(value); } = [];

    /// <summary>The Grafana of the stack: <c>Deployment/monitoring/grafana</c>; null if there is none.</summary>
    public string? Grafana { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace of the Prometheus resource, if the stack has only one.</summary>
    public string? PrometheusNamespace => Only?.Namespace;

    /// <summary>The name of the Prometheus resource, if the stack has only one.</summary>
    public string? PrometheusName => Only?.Name;

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    private StackPrometheus? Only => Prometheus is [{ Kind: "Prometheus" } only] ? only : null;

    /// <summary>The stack in text.</summary>
    /// <returns><c>KubePrometheusStack kps in monitoring</c>.</returns>
    public override string ToString() => $"{Kind} {Name} in {Namespace}";
}
