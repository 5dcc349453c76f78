namespace MilvusMonitoring;

/// <summary>What a Prometheus may read to discover Milvus, and what became of it.</summary>
/// <remarks>
/// Carries <see cref="Kubeconfig"/>, <see cref="Context"/> and <see cref="Namespace"/>, so that the next command of a pipeline meets the
/// same Prometheus.
/// </remarks>
public sealed record PrometheusAccess
{
    /// <summary>
    /// The namespace of the service account, which is the one that Prometheus runs in; null where no Prometheus was found.
    /// </summary>
    public string? Namespace { get; init; }

    /// <summary>The name of the service account that Prometheus runs as; null where no Prometheus was found.</summary>
    public string? ServiceAccount { get; init; }

    /// <summary>How the access is given.</summary>
    public required AccessMethod Method { get; init; }

    /// <summary>The namespace that the access is for; null for the whole cluster.</summary>
    public string? TargetNamespace { get; init; }

    /// <summary>What the access is for, in text: <c>cluster</c>, or the name of the namespace.</summary>
    public string Scope => TargetNamespace ?? "cluster";

    /// <summary>The role that gives the access: <c>ClusterRole/prometheus-k8s</c>.</summary>
    public required string Role { get; init; }

    /// <summary>
    /// What may be done, or after Revoke what this role no longer gives: <c>get, list, watch on pods, services, endpoints,
    /// endpointslices.discovery.k8s.io</c>; empty where there was nothing to take away.
    /// </summary>
    public required string Rules { get; init; }

    /// <summary>What became of the access, or under <c>-WhatIf</c> what would.</summary>
    public required ResourceAction Action { get; init; }

    /// <summary>Whether the object stands for a plan only, as under <c>-WhatIf</c>.</summary>
    public bool IsPlan { get; init; }

    /// <summary>The context of the kubeconfig.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig that was given; null for the default.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The API server.</summary>
    public required Uri Server { get; init; }

    /// <summary>The access in a few words.</summary>
    /// <returns><c>ClusterRole/prometheus-k8s for monitoring/prometheus-k8s</c>.</returns>
    public override string ToString() => ServiceAccount is null ? Role : $"{Role} for {Namespace}/{ServiceAccount}";
}
