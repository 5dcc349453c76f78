namespace MilvusMonitoring.PortForwarding;

/// <summary>A Service of kube-prometheus that people open.</summary>
/// <param name="Title">What people call it.</param>
/// <param name="Service">The Service's name.</param>
/// <param name="Port">Its port's number, and the local one.</param>
/// <remarks>
/// Names and ports as in kube-prometheus's manifests: prometheus-service.yaml, grafana-service.yaml, alertmanager-service.yaml.
/// </remarks>
internal sealed record KnownService(string Title, string Service, int Port)
{
    /// <summary>Prometheus.</summary>
    public const string Prometheus = "Prometheus";

    /// <summary>Grafana.</summary>
    public const string Grafana = "Grafana";

    /// <summary>Alertmanager.</summary>
    public const string Alertmanager = "Alertmanager";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KnownService> All { get; } =
    [
        new(Prometheus, "prometheus-k8s", 9090),
        new(Grafana, "grafana", 3000),
        new(Alertmanager, "alertmanager-main", 9093),
    ];
}
