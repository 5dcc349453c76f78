using System.Net;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>What is to be proven.</summary>
internal sealed record TestRequest
{
    /// <summary>The name of the Milvus; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>Its namespace; null for any.</summary>
    public string? Namespace { get; init; }

    /// <summary>The kind and name of the monitor; null for the one that the Milvus has or would have.</summary>
    public (string Kind, string Name)? Monitor { get; init; }

    /// <summary>Which Prometheus.</summary>
    public PrometheusChoice Prometheus { get; init; } = new(null, null);

    /// <summary>Where each replica of Prometheus is asked; empty for its pods, through the API server.</summary>
    public IReadOnlyList<Uri> PrometheusUris { get; init; } = [];

    /// <summary>Where Grafana is asked; null for its pod, through the API server.</summary>
    public Uri? GrafanaUri { get; init; }

    /// <summary>Who signs in to Grafana; null for nobody, and then for the user that kube-prometheus installs it with.</summary>
    public NetworkCredential? Grafana { get; init; }

    /// <summary>The kubeconfig that was given, for remedies; null for the default.</summary>
    public string? Kubeconfig { get; init; }
}
