namespace MilvusMonitoring;

/// <summary>The monitor that lets Prometheus scrape a Milvus: a ServiceMonitor, or for the Milvus Operator a PodMonitor.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/>, <see cref="Context"/>, <see cref="Namespace"/>, <see cref="Name"/> and <see cref="Instance"/> bind to the
/// parameters of the next command of a pipeline, so that it uses the same monitor.
/// </remarks>
public sealed record MilvusServiceMonitor
{
    /// <summary>The name of the monitor.</summary>
    public required string Name { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace of the monitor.</summary>
    public required string Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary><c>ServiceMonitor</c> or <c>PodMonitor</c>.</summary>
    public required string Kind { get; init => field = SafeText.Clean(value); }

    /// <summary>The name of the Milvus that the monitor selects; null if the selector names none.</summary>
    public string? Instance { get; init => field = SafeText.Clean(value); }

    /// <summary>When the monitor was created; null if it is not in the cluster.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The time since the creation, as of now; null if the monitor is not in the cluster.</summary>
    public TimeSpan? Age => DateTimeOffset.UtcNow - CreatedAt;

    /// <summary>The scrape interval, such as <c>30s</c>; null for the default of Prometheus.</summary>
    public string? Interval { get; init => field = SafeText.Clean(value); }

    /// <summary>The scrape timeout, such as <c>10s</c>; null for the default of Prometheus.</summary>
    public string? ScrapeTimeout { get; init => field = SafeText.Clean(value); }

    /// <summary>The labels of the monitor.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init => field = SafeText.CleanAll(value); } = new Dictionary<string, string>();

    /// <summary>
    /// The field managers that applied the monitor. <c>helm</c> stands for Helm and for this module, which applies the monitor of a Helm
    /// release in Helm's name.
    /// </summary>
    public IReadOnlyList<string> Managers { get; init => field = SafeText.CleanAll(value); } = [];

    /// <summary>The names of the Services that the monitor selects; empty for a PodMonitor.</summary>
    public IReadOnlyList<string> Services { get; init => field = SafeText.CleanAll(value); } = [];

    /// <summary>The number of selected endpoints, or for a PodMonitor of selected pods; null if the user may not read them.</summary>
    public int? Endpoints { get; init; }

    /// <summary>The number of selected endpoints that are ready; null if the user may not read them.</summary>
    public int? ReadyEndpoints { get; init; }

    /// <summary>What the command did to the monitor, or under <c>-WhatIf</c> would do; null if the command only read it.</summary>
    public ResourceAction? Action { get => IsPlan ? field?.AsPlanned() : field; init; }

    /// <summary>Whether <see cref="Action"/> is a plan, as under <c>-WhatIf</c>: nothing was written to the cluster.</summary>
    public bool IsPlan { get; init; }

    /// <summary>Why the monitor was skipped, or a hint; null if there is nothing to say.</summary>
    public string? Message { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// The manifest of the monitor in JSON, under <c>-WhatIf</c>: what a tool that manages the Milvus can apply itself; otherwise null.
    /// </summary>
    public string? Manifest { get; init => field = value is null ? null : SafeText.CleanLines(value); }

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The monitor in text: <c>Kind/namespace/name</c>.</summary>
    /// <returns><c>ServiceMonitor/default/my-release-milvus</c>.</returns>
    public override string ToString() => $"{Kind}/{Namespace}/{Name}";
}
