namespace MilvusMonitoring;

/// <summary>A Prometheus of a monitoring stack, or what scrapes in its place.</summary>
/// <remarks>
/// A selector is text as kubectl writes it: <c>release=kps</c>; <c>*</c> selects everything. A missing selector is null: it selects no
/// object, and for namespaces only the namespace of the resource.
/// </remarks>
public sealed record StackPrometheus
{
    /// <summary>The kind: <c>Prometheus</c>, <c>PrometheusAgent</c>, <c>VMAgent</c>, <c>Deployment</c>.</summary>
    public required string Kind { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace.</summary>
    public required string Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The name.</summary>
    public required string Name { get; init => field = SafeText.Clean(value); }

    /// <summary>The service account of its pods.</summary>
    public required string ServiceAccount { get; init => field = SafeText.Clean(value); }

    /// <summary>The version; null if the resource does not name it.</summary>
    public string? Version { get; init => field = SafeText.Clean(value); }

    /// <summary>Whether the operator ignores changes of the resource.</summary>
    public bool Paused { get; init; }

    /// <summary>Which ServiceMonitors it selects.</summary>
    public string? ServiceMonitorSelector { get; init => field = SafeText.Clean(value); }

    /// <summary>In which namespaces it selects ServiceMonitors.</summary>
    public string? ServiceMonitorNamespaceSelector { get; init => field = SafeText.Clean(value); }

    /// <summary>Which PodMonitors it selects.</summary>
    public string? PodMonitorSelector { get; init => field = SafeText.Clean(value); }

    /// <summary>In which namespaces it selects PodMonitors.</summary>
    public string? PodMonitorNamespaceSelector { get; init => field = SafeText.Clean(value); }

    /// <summary>Which rules it selects.</summary>
    public string? RuleSelector { get; init => field = SafeText.Clean(value); }

    /// <summary>In which namespaces it selects rules.</summary>
    public string? RuleNamespaceSelector { get; init => field = SafeText.Clean(value); }

    /// <summary>The Prometheus in text.</summary>
    /// <returns><c>Prometheus/monitoring/k8s</c>.</returns>
    public override string ToString() => $"{Kind}/{Namespace}/{Name}";
}
