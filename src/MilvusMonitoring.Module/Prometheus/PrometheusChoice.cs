namespace MilvusMonitoring.Prometheus;

/// <summary>Which Prometheus is meant.</summary>
/// <param name="Namespace">Its namespace; null for any.</param>
/// <param name="Name">Its name; null for any.</param>
internal sealed record PrometheusChoice(string? Namespace, string? Name)
{
    /// <summary>The namespace of every release of kube-prometheus, looked at where the caller may not list all namespaces.</summary>
    public const string UsualNamespace = "monitoring";
}
