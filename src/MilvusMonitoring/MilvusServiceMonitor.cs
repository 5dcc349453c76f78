namespace MilvusMonitoring;

/// <summary>What makes Prometheus scrape a Milvus: a ServiceMonitor or, for the Milvus Operator, a PodMonitor.</summary>
/// <remarks>
/// Carries <see cref="Kubeconfig"/>, <see cref="Context"/>, <see cref="Namespace"/>, <see cref="Name"/> and <see cref="Instance"/>, so that
/// the next command of a pipeline meets the same one.
/// </remarks>
public sealed record MilvusServiceMonitor
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary><c>ServiceMonitor</c> or <c>PodMonitor</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The name of the Milvus that it selects; null where its selector does not name one.</summary>
    public string? Instance { get; init; }

    /// <summary>When it was made; null where it is not in the cluster.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>How old it is; null where it is not in the cluster.</summary>
    public TimeSpan? Age => DateTimeOffset.UtcNow - CreatedAt;

    /// <summary>How often it has Prometheus scrape; null for Prometheus's own default.</summary>
    public string? Interval { get; init; }

    /// <summary>How long a scrape may take; null for Prometheus's own default.</summary>
    public string? ScrapeTimeout { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The field managers that applied it: <c>helm</c> for Helm, and for this module, which applies an object of Helm's in its name; or
    /// others.
    /// </summary>
    public IReadOnlyList<string> Managers { get; init; } = [];

    /// <summary>The names of the Services that it selects; empty for a PodMonitor.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>How many endpoints, or for a PodMonitor pods, it selects; null where the caller may not see them.</summary>
    public int? Endpoints { get; init; }

    /// <summary>How many of those are ready; null where the caller may not see them.</summary>
    public int? ReadyEndpoints { get; init; }

    /// <summary>What became of it, or under <c>-WhatIf</c> what would; null where it was only looked at.</summary>
    public ResourceAction? Action { get; init; }

    /// <summary>Whether <see cref="Action"/> stands for a plan only, as under <c>-WhatIf</c>.</summary>
    public bool IsPlan { get; init; }

    /// <summary>Why it was left alone, or what to know of it.</summary>
    public string? Message { get; init; }

    /// <summary>The context of the kubeconfig.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig; null for a pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The monitor in text: <c>Kind/namespace/name</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Kind}/{Namespace}/{Name}";
}
