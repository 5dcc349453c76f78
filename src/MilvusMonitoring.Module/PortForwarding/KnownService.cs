namespace MilvusMonitoring.PortForwarding;

/// <summary>A Service of kube-prometheus that has a web page.</summary>
/// <param name="Title">The name that a user types.</param>
/// <param name="Service">The Service's name.</param>
/// <param name="Port">The number of the Service's port, and of the local port.</param>
/// <remarks>
/// Names and ports as in kube-prometheus's manifests: prometheus-service.yaml, grafana-service.yaml, alertmanager-service.yaml.
/// </remarks>
internal sealed record KnownService(string Title, string Service, int Port)
{
    public const string Prometheus = "Prometheus";
    public const string Grafana = "Grafana";
    public const string Alertmanager = "Alertmanager";

    public static IReadOnlyList<KnownService> All { get; } =
    [
        new(Prometheus, "prometheus-k8s", 9090),
        new(Grafana, "grafana", 3000),
        new(Alertmanager, "alertmanager-main", 9093),
    ];

    /// <summary>The service with a title, in any case.</summary>
    public static KnownService Get(string title) => All.First(service => service.Title.Equals(title, StringComparison.OrdinalIgnoreCase));
}
