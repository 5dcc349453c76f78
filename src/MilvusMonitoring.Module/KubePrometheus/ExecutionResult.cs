using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>The result of executing a plan.</summary>
/// <param name="Resources">Every object, in the order of the plan.</param>
/// <param name="Failure">The failure that ended the execution early; null if nothing did.</param>
internal sealed record ExecutionResult(IReadOnlyList<ResourceResult> Resources, MonitoringException? Failure)
{
    /// <summary>Completes the results: an object of the plan without a result was not reached.</summary>
    public static ExecutionResult Complete(
        IEnumerable<PlannedResource> planned,
        IReadOnlyDictionary<ResourceId, ResourceResult> results,
        MonitoringException? failure) =>
        new([.. planned.Select(resource => results.GetValueOrDefault(resource.Id) ?? NotReached(resource))], failure);

    private static ResourceResult NotReached(PlannedResource planned) => new()
    {
        Planned = planned,
        Action = ResourceAction.Skipped,
        Message = "not reached; run the command again to go on",
    };
}

/// <summary>The result for one planned object.</summary>
internal sealed record ResourceResult
{
    public required PlannedResource Planned { get; init; }

    public required ResourceAction Action { get; init; }

    /// <summary>The object afterwards; null if it was not reached, refused or deleted.</summary>
    public ObjectMetadata? Live { get; init; }

    public MonitoringException? Error { get; init; }

    public string? Message { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>Whether the object is as planned. Only then may objects that depend on it be applied.</summary>
    public bool Succeeded =>
        Action is ResourceAction.Created or ResourceAction.Configured or ResourceAction.Unchanged or ResourceAction.Deleted;

    /// <summary>The result of an object that needs no request: its action was decided by the plan.</summary>
    public static ResourceResult Settled(PlannedResource planned) => new()
    {
        Planned = planned,
        Action = planned.Action,
        Live = planned.Live,
        Message = planned.Message,
        Error = planned.Error,
    };

    /// <summary>The object for the command's output.</summary>
    public StackResource ToResource() => Planned.ToResource() with
    {
        Action = Action,
        Message = Message,
        Error = Error?.Message,
        ErrorId = Error?.ErrorId,
        Duration = Duration,
    };
}

/// <summary>The result of an operation: the stack, and each cause of failure once.</summary>
internal sealed record OperationResult(KubePrometheusStack Stack, IReadOnlyList<MonitoringException> Errors);
