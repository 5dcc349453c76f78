namespace MilvusMonitoring.Prometheus;

/// <summary>The Prometheus resource that the user asks for.</summary>
/// <param name="Namespace">Its namespace; null for any.</param>
/// <param name="Name">Its name; null for any.</param>
internal sealed record PrometheusChoice(string? Namespace, string? Name)
{
    /// <summary>The namespace of every release of kube-prometheus. Read if the caller may not list all namespaces.</summary>
    public const string UsualNamespace = "monitoring";

    /// <summary>Takes from another choice what this one leaves open.</summary>
    public PrometheusChoice Or(PrometheusChoice? other) => new(Namespace ?? other?.Namespace, Name ?? other?.Name);
}

/// <summary>A monitor whose Prometheus is meant.</summary>
/// <param name="Kind"><c>ServiceMonitor</c> or <c>PodMonitor</c>.</param>
internal sealed record MonitorChoice(string Kind, string Namespace, string Name);
