namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>What keeps a pod from being ready.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Pod">The pod; null where there is none.</param>
/// <param name="Text">The whole of what is said of it, in one line.</param>
/// <param name="Reason">The innermost reason, or all there is of one.</param>
internal sealed record PodProblem(PodProblemKind Kind, string? Pod, string Text, string Reason)
{
    /// <summary>The container; null where it is not about one.</summary>
    public string? Container { get; init; }

    /// <summary>The image that cannot be had; null where it is not about one.</summary>
    public string? Image { get; init; }

    /// <summary>The pod and all that is said of it.</summary>
    public override string ToString() => Pod is null ? Text : $"pod {Pod}: {Text}";
}

/// <summary>In which way a pod is kept from being ready.</summary>
internal enum PodProblemKind
{
    /// <summary>The server does not let it be made.</summary>
    Creation,

    /// <summary>No node takes it.</summary>
    Scheduling,

    /// <summary>An image cannot be had.</summary>
    Image,

    /// <summary>A container does not start, or does not stay up.</summary>
    Start,
}
