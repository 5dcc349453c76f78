namespace MilvusMonitoring;

/// <summary>One link of the chain from the API server to a fresh sample of a Milvus, and how it is.</summary>
/// <remarks>
/// Carries <see cref="Kubeconfig"/> and <see cref="Context"/>, so that the next command of a pipeline meets the same cluster.
/// </remarks>
public sealed record MonitoringCheck
{
    /// <summary>The stable id of the link, such as <c>Access</c> or <c>Targets</c>.</summary>
    public required string Check { get; init; }

    /// <summary>How it is.</summary>
    public required CheckStatus Status { get; init; }

    /// <summary>What was looked at, such as <c>ServiceMonitor/default/my-release-milvus</c>.</summary>
    public required string Target { get; init; }

    /// <summary>What was seen, in one line.</summary>
    public required string Detail { get; init; }

    /// <summary>
    /// What mends it: a command of this module, ready to run, or a line that begins with <c>#</c> where no command can; null where nothing
    /// is to be done.
    /// </summary>
    public string? Remedy { get; init; }

    /// <summary>
    /// The link that this one merely follows from: for one that was skipped the broken one, for one that is unknown another that is
    /// unknown; null where it follows from none.
    /// </summary>
    public string? CausedBy { get; init; }

    /// <summary>The id of the error that it comes from; null where it comes from none that has an id of its own.</summary>
    internal string? ErrorId { get; init; }

    /// <summary>How long the look took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The name of the Milvus; null for a link that is the cluster's.</summary>
    public string? Instance { get; init; }

    /// <summary>The namespace of the Milvus; null for a link that is the cluster's.</summary>
    public string? Namespace { get; init; }

    /// <summary>The context of the kubeconfig.</summary>
    public string? Context { get; init; }

    /// <summary>The kubeconfig; null for a pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The check in a few words.</summary>
    /// <returns><c>Targets Failed: …</c>.</returns>
    public override string ToString() => $"{Check} {Status}: {Detail}";
}
