namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>A problem that keeps a pod from becoming ready.</summary>
/// <param name="Pod">The pod; null if there is no pod.</param>
/// <param name="Text">The whole description, in one line.</param>
/// <param name="Reason">The innermost reason, as far as it is known.</param>
internal sealed record PodProblem(PodProblemKind Kind, string? Pod, string Text, string Reason)
{
    /// <summary>The container; null if the problem concerns no container.</summary>
    public string? Container { get; init; }

    /// <summary>The image that cannot be pulled; null for other problems.</summary>
    public string? Image { get; init; }

    /// <summary>The pod and the whole description.</summary>
    public override string ToString() => Pod is null ? Text : $"pod {Pod}: {Text}";
}

/// <summary>The kind of a pod's problem.</summary>
internal enum PodProblemKind
{
    /// <summary>The server refuses to create the pod.</summary>
    Creation,

    /// <summary>The pod fits no node.</summary>
    Scheduling,

    /// <summary>An image cannot be pulled.</summary>
    Image,

    /// <summary>A container does not start, or crashes.</summary>
    Start,
}
