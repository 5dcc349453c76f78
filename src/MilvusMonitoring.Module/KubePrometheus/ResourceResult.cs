using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>What became of a planned object.</summary>
internal sealed record ResourceResult
{
    public required PlannedResource Planned { get; init; }

    public required ResourceAction Action { get; init; }

    /// <summary>The object afterwards; null where it was not reached, refused or deleted.</summary>
    public ObjectMetadata? Live { get; init; }

    public MonitoringException? Error { get; init; }

    public string? Message { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>Whether it is as planned, so that what depends on it can go ahead.</summary>
    public bool Succeeded =>
        Action is ResourceAction.Created or ResourceAction.Configured or ResourceAction.Unchanged or ResourceAction.Deleted;

    /// <summary>The object for the person at the terminal.</summary>
    public StackResource ToResource() => Planned.ToResource() with
    {
        Action = Action,
        Message = Message,
        Error = Error?.Message,
        ErrorId = Error?.ErrorId,
        Duration = Duration,
    };
}
