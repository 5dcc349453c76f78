namespace MilvusMonitoring;

/// <summary>The access of a Prometheus to the objects through which it discovers Milvus.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/> and <see cref="Context"/> bind to the parameters of the next command of a pipeline, which takes
/// <see cref="Namespace"/> for the namespace of Prometheus, so that it uses the same Prometheus.
/// </remarks>
public sealed record PrometheusAccess
{
    /// <summary>
    /// The namespace of Prometheus and of its service account; null if no Prometheus was found.
    /// </summary>
    public string? Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The name of the service account of Prometheus; null if no Prometheus was found.</summary>
    public string? ServiceAccount { get; init => field = SafeText.Clean(value); }

    /// <summary>How Prometheus gets the access.</summary>
    public required AccessMethod Method { get; init; }

    /// <summary>The namespace that Prometheus may read; null for the whole cluster.</summary>
    public string? TargetNamespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The scope in text: <c>cluster</c>, or the name of the namespace.</summary>
    public string Scope => TargetNamespace ?? "cluster";

    /// <summary>The role that grants the access: <c>ClusterRole/prometheus-k8s</c>.</summary>
    public required string Role { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// The granted permissions, or after Revoke the revoked ones: <c>get, list, watch on pods, services, endpoints,
    /// endpointslices.discovery.k8s.io</c>; empty if there was nothing to revoke.
    /// </summary>
    public required string Rules { get; init => field = SafeText.Clean(value); }

    /// <summary>What the command did, or under <c>-WhatIf</c> would do.</summary>
    public required ResourceAction Action { get => IsPlan ? field.AsPlanned() : field; init; }

    /// <summary>Whether the object is a plan, as under <c>-WhatIf</c>: nothing was written to the cluster.</summary>
    public bool IsPlan { get; init; }

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The address of the API server.</summary>
    public required Uri Server { get; init; }

    /// <summary>The access in text.</summary>
    /// <returns><c>ClusterRole/prometheus-k8s for monitoring/prometheus-k8s</c>.</returns>
    public override string ToString() => ServiceAccount is null ? Role : $"{Role} for {Namespace}/{ServiceAccount}";
}
