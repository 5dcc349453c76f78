using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>What to prove.</summary>
internal sealed record TestRequest
{
    /// <summary>The name of the Milvus; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>Its namespace; null for any.</summary>
    public string? Namespace { get; init; }

    /// <summary>The monitor; null for those that reach the Milvus.</summary>
    public RequestedMonitor? Monitor { get; init; }

    public PrometheusChoice Prometheus { get; init; } = new(null, null);

    /// <summary>The address of each replica of Prometheus; empty for its pods, through the API server.</summary>
    public IReadOnlyList<Uri> PrometheusUris { get; init; } = [];

    /// <summary>How to sign in to Prometheus, and whom to trust.</summary>
    public ServerAccess PrometheusAccess { get; init; } = ServerAccess.Prometheus;

    /// <summary>The address of Grafana; null for its pod, through the API server.</summary>
    public Uri? GrafanaUri { get; init; }

    /// <summary>
    /// How to sign in to Grafana, and whom to trust. Without a login nobody signs in at first, and then the user that kube-prometheus
    /// installs Grafana with.
    /// </summary>
    public ServerAccess GrafanaAccess { get; init; } = ServerAccess.Grafana;

    /// <summary>What the caller gave to reach Prometheus and Grafana, as arguments for remedies; without secrets.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether the caller waits already.</summary>
    public bool Waits { get; init; }

    /// <summary>The kubeconfig that the caller named, for remedies; null for the default.</summary>
    public string? Kubeconfig { get; init; }
}

/// <summary>A monitor that the caller named.</summary>
internal sealed record RequestedMonitor(string Kind, string Namespace, string Name);
