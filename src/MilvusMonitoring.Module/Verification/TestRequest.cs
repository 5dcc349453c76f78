using System.Net;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>What to prove.</summary>
internal sealed record TestRequest
{
    /// <summary>The name of the Milvus; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>Its namespace; null for any.</summary>
    public string? Namespace { get; init; }

    /// <summary>The kind and name of the monitor; null for the monitor that the Milvus has or would have.</summary>
    public (string Kind, string Name)? Monitor { get; init; }

    public PrometheusChoice Prometheus { get; init; } = new(null, null);

    /// <summary>The address of each replica of Prometheus; empty for its pods, through the API server.</summary>
    public IReadOnlyList<Uri> PrometheusUris { get; init; } = [];

    /// <summary>The address of Grafana; null for its pod, through the API server.</summary>
    public Uri? GrafanaUri { get; init; }

    /// <summary>Who signs in to Grafana; null for nobody at first, and then for the user that kube-prometheus installs it with.</summary>
    public NetworkCredential? Grafana { get; init; }

    /// <summary>The kubeconfig that the caller named, for remedies; null for the default.</summary>
    public string? Kubeconfig { get; init; }
}
