using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>One object of a stack and what is to become of it.</summary>
internal sealed record PlannedResource
{
    public required ResourceId Id { get; init; }

    public required string Version { get; init; }

    public required string Component { get; init; }

    public required ResourceAction Action { get; init; }

    /// <summary>How the server serves its kind; null where it does not.</summary>
    public ResourceType? Type { get; init; }

    /// <summary>What to apply; null where nothing is.</summary>
    public ManifestObject? Manifest { get; init; }

    /// <summary>The object as it is now; null where it is not there.</summary>
    public ObjectMetadata? Live { get; init; }

    /// <summary>What the inventory says of it.</summary>
    public InventoryEntry? Entry { get; init; }

    /// <summary>Why it is left alone, or restarted.</summary>
    public string? Message { get; init; }

    /// <summary>Whether its rollout is to be restarted, for the reason in <see cref="Message"/>.</summary>
    public bool Restarts { get; init; }

    /// <summary>Why it cannot be done.</summary>
    public MonitoringException? Error { get; init; }

    /// <summary>A digest of <see cref="Manifest"/>.</summary>
    public string? ManifestHash { get; init; }

    /// <summary>Whether something is to be written.</summary>
    public bool IsChange => Action is ResourceAction.Created or ResourceAction.Configured or ResourceAction.Deleted;

    /// <summary>The object for the person at the terminal, before anything was done.</summary>
    public StackResource ToResource() => new()
    {
        ApiVersion = Id.Group.Length == 0 ? Version : $"{Id.Group}/{Version}",
        Kind = Id.Kind,
        Namespace = Id.Namespace,
        Name = Id.Name,
        Component = Component,
        Action = Action,
        Message = Message,
        Error = Error?.Message,
        ErrorId = Error?.ErrorId,
    };
}
