namespace MilvusMonitoring;

/// <summary>A local port that is forwarded to the pods of a Service. The values are live: each read returns the current state.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/>, <see cref="Context"/> and <see cref="Namespace"/> bind to the parameters of the next command of a pipeline, so
/// that it uses the same cluster.
/// </remarks>
public sealed class MonitoringPortForward
{
    private readonly PortForwardMeter _meter;

    internal MonitoringPortForward(PortForwardMeter meter) => _meter = meter;

    /// <summary>The number of the port-forward in this process.</summary>
    public required int Id { get; init; }

    /// <summary>The name of the Service.</summary>
    public required string Service { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// What the Service serves: <c>Prometheus</c>, <c>Grafana</c> or <c>Alertmanager</c>, whatever its name is; null if that is not known.
    /// </summary>
    internal string? Title { get; init; }

    /// <summary>The Service's namespace.</summary>
    public required string Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The number of the Service's port.</summary>
    public required int Port { get; init; }

    /// <summary>The local port.</summary>
    public required int LocalPort { get; init; }

    /// <summary>The local addresses that the port-forward listens on.</summary>
    public required IReadOnlyList<string> Address { get; init => field = SafeText.CleanAll(value); }

    /// <summary>The address for a browser or an HTTP client.</summary>
    public required Uri Url { get; init; }

    /// <summary>When the port-forward was started, in UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The current state.</summary>
    public PortForwardState State => _meter.State;

    /// <summary>The name of the pod that new connections go to; null while no pod is ready.</summary>
    public string? Pod => SafeText.Clean(_meter.Pod);

    /// <summary>The number of accepted connections since the start.</summary>
    public long Connections => _meter.Connections;

    /// <summary>The number of open connections.</summary>
    public int OpenConnections => _meter.OpenConnections;

    /// <summary>The number of bytes received from pods.</summary>
    public long BytesReceived => _meter.BytesReceived;

    /// <summary>The number of bytes sent to pods.</summary>
    public long BytesSent => _meter.BytesSent;

    /// <summary>How often the port-forward switched to another pod, or reconnected to the API server.</summary>
    public int Reconnects => _meter.Reconnects;

    /// <summary>The last error, in one line; null if there was none.</summary>
    public string? LastError => SafeText.Clean(_meter.LastError);

    /// <summary>When the last error occurred, in UTC; null if there was none.</summary>
    public DateTimeOffset? LastErrorAt => _meter.LastErrorAt;

    /// <summary>The port-forward in text.</summary>
    /// <returns><c>http://localhost:9090 -> Service/monitoring/prometheus-k8s:9090</c>.</returns>
    public override string ToString() => $"{Url.GetLeftPart(UriPartial.Authority)} -> Service/{Namespace}/{Service}:{Port}";
}
