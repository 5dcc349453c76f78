namespace MilvusMonitoring;

/// <summary>The result of one check on the way from the API server to a fresh sample of a Milvus.</summary>
/// <remarks>
/// <see cref="Kubeconfig"/> and <see cref="Context"/> bind to the parameters of the next command of a pipeline, so that it uses the same
/// cluster.
/// </remarks>
public sealed record MonitoringCheck
{
    /// <summary>The stable id of the check, such as <c>Access</c> or <c>Targets</c>.</summary>
    public required string Check { get; init => field = SafeText.Clean(value); }

    /// <summary>The result.</summary>
    public required CheckStatus Status { get; init; }

    /// <summary>The object of the check, such as <c>ServiceMonitor/default/my-release-milvus</c>.</summary>
    public required string Target { get; init => field = SafeText.Clean(value); }

    /// <summary>What the check found, in one line.</summary>
    public required string Detail { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// What to do: a command of this module, ready to run, or a line that begins with <c>#</c> if no command can help; null if there is
    /// nothing to do.
    /// </summary>
    public string? Remedy { get; init => field = SafeText.Clean(value); }

    /// <summary>
    /// The id of the check that this result follows from: a failed check for a skipped one, an unknown check for an unknown one; null if
    /// the result follows from no other.
    /// </summary>
    public string? CausedBy { get; init => field = SafeText.Clean(value); }

    /// <summary>The id of the error that caused the result; null if no error with an id of its own did.</summary>
    internal string? ErrorId { get; init => field = SafeText.Clean(value); }

    /// <summary>Whether only a person can put it right, so that waiting does not help.</summary>
    internal bool NeedsPerson { get; init; }

    /// <summary>The duration of the check.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The name of the Milvus; null for a check of the cluster.</summary>
    public string? Instance { get; init => field = SafeText.Clean(value); }

    /// <summary>The namespace of the Milvus; null for a check of the cluster.</summary>
    public string? Namespace { get; init => field = SafeText.Clean(value); }

    /// <summary>The context of the kubeconfig; <c>in-cluster</c> for the service account of a pod.</summary>
    public string? Context { get; init => field = SafeText.Clean(value); }

    /// <summary>The path of the kubeconfig, or several paths as in <c>KUBECONFIG</c>; null for the service account of a pod.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The check in text.</summary>
    /// <returns><c>Targets Failed: …</c>.</returns>
    public override string ToString() => $"{Check} {Status}: {Detail}";
}
