namespace MilvusMonitoring;

/// <summary>A local port that leads to a Service's pods. Its values are live: they show the present each time they are read.</summary>
/// <remarks>
/// Carries <see cref="Kubeconfig"/>, <see cref="Context"/> and <see cref="Namespace"/>, so that the next command of a pipeline meets the
/// same cluster.
/// </remarks>
public sealed class MonitoringPortForward
{
    private readonly PortForwardMeter _meter;

    internal MonitoringPortForward(PortForwardMeter meter) => _meter = meter;

    /// <summary>The number by which this session knows it.</summary>
    public required int Id { get; init; }

    /// <summary>The Service.</summary>
    public required string Service { get; init; }

    /// <summary>The Service's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The Service's port.</summary>
    public required int Port { get; init; }

    /// <summary>The local port.</summary>
    public required int LocalPort { get; init; }

    /// <summary>The local addresses that it listens on.</summary>
    public required IReadOnlyList<string> Address { get; init; }

    /// <summary>What to open in a browser or to send requests to.</summary>
    public required Uri Url { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The context of the kubeconfig.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig; null for a pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>What it is doing.</summary>
    public PortForwardState State => _meter.State;

    /// <summary>The pod that new connections go to; null while none is ready.</summary>
    public string? Pod => _meter.Pod;

    /// <summary>How many connections it has taken so far.</summary>
    public long Connections => _meter.Connections;

    /// <summary>How many of them are open.</summary>
    public int OpenConnections => _meter.OpenConnections;

    /// <summary>How many bytes have come from the pods.</summary>
    public long BytesReceived => _meter.BytesReceived;

    /// <summary>How many bytes have gone to the pods.</summary>
    public long BytesSent => _meter.BytesSent;

    /// <summary>How often it had to turn to another pod, or to reach the API server anew.</summary>
    public int Reconnects => _meter.Reconnects;

    /// <summary>What went wrong last; null where nothing has.</summary>
    public string? LastError => _meter.LastError;

    /// <summary>When that was.</summary>
    public DateTimeOffset? LastErrorAt => _meter.LastErrorAt;

    /// <summary>The port-forward in text.</summary>
    /// <returns><c>http://localhost:9090 -> Service/monitoring/prometheus-k8s:9090</c>.</returns>
    public override string ToString() => $"{Url.GetLeftPart(UriPartial.Authority)} -> Service/{Namespace}/{Service}:{Port}";
}
