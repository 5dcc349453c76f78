using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>One object of a stack, and what the operation will do with it.</summary>
internal sealed record PlannedResource
{
    public required ResourceId Id { get; init; }

    public required string Version { get; init; }

    public required string Component { get; init; }

    public required ResourceAction Action { get; init; }

    /// <summary>How the server serves the kind; null if it does not serve the kind.</summary>
    public ResourceType? Type { get; init; }

    /// <summary>What to apply; null if nothing is applied.</summary>
    public ManifestObject? Manifest { get; init; }

    /// <summary>The object before the operation; null if it does not exist.</summary>
    public ObjectMetadata? Live { get; init; }

    /// <summary>What the inventory records of the object.</summary>
    public InventoryEntry? Entry { get; init; }

    /// <summary>Why the object is left alone, or its rollout restarted.</summary>
    public string? Message { get; init; }

    /// <summary>Whether the object is left alone although it is the stack's: the inventory keeps it for the next run.</summary>
    public bool IsKept { get; init; }

    /// <summary>Whether to restart the rollout, for the reason in <see cref="Message"/>.</summary>
    public bool Restarts { get; init; }

    /// <summary>Whether to take over the only fields that are in conflict, whose content the manifest has been given.</summary>
    public bool Forces { get; init; }

    /// <summary>
    /// Which field managers own fields that the manifest would change, as <c>-WhatIf</c> foretells; null if none are known.
    /// </summary>
    public string? Conflict { get; init; }

    /// <summary>Why the object cannot be applied.</summary>
    public MonitoringException? Error { get; init; }

    /// <summary>A digest of <see cref="Manifest"/>.</summary>
    public string? ManifestHash { get; init; }

    /// <summary>Whether the operation writes the object.</summary>
    public bool IsChange => Action is ResourceAction.Created or ResourceAction.Configured or ResourceAction.Deleted;

    /// <summary>Whether the object is being deleted, and is applied as soon as it is gone.</summary>
    public bool WaitsForDeletion => Action == ResourceAction.Created && Live is { DeletionTimestamp: not null };

    /// <summary>The object for the output of <c>-WhatIf</c>.</summary>
    public StackResource ToPlan() => ToResource() with
    {
        Action = Action.AsPlanned(),
        Message = WaitsForDeletion ? "is being deleted; it is created again as soon as it is gone" : Conflict ?? Message,
    };

    /// <summary>The object for the output, as if the plan was carried out.</summary>
    public StackResource ToResource() => new()
    {
        ApiVersion = Id.Group.Length == 0 ? Version : $"{Id.Group}/{Version}",
        Kind = Id.Kind,
        Namespace = Id.Namespace,
        Name = Id.Name,
        Component = Component,
        Action = Action,
        Message = Conflict ?? Message,
        Error = Error?.Message,
        ErrorId = Error?.ErrorId,
    };
}
