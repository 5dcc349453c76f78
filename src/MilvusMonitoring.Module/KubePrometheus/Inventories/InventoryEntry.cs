using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>What the inventory records of one object.</summary>
internal sealed record InventoryEntry
{
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Kind { get; init; }

    /// <summary>The kind's name in paths. With it, a later command needs no discovery.</summary>
    public required string Plural { get; init; }

    public string? Namespace { get; init; }

    public required string Name { get; init; }

    public required string Component { get; init; }

    /// <summary>
    /// The path of the object's file below the manifests folder; null if only an earlier installation had the object.
    /// </summary>
    public string? File { get; init; }

    /// <summary>The UID of the applied object; null while the object is only intended.</summary>
    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    /// <summary>See <see cref="ObjectMetadata.OwnedFields"/>.</summary>
    public string? OwnedFields { get; init; }

    /// <summary>See <see cref="ObjectMetadata.OwnedAt"/>; null in inventories of earlier versions.</summary>
    public DateTimeOffset? OwnedAt { get; init; }

    /// <summary>A digest of the manifest that was applied.</summary>
    public string? ManifestHash { get; init; }

    /// <summary>Why the object was left alone; null if it belongs to the stack.</summary>
    public string? LeftAlone { get; init; }

    public ResourceId Id => new(Group, Kind, Namespace, Name);

    public ResourceType Type => new(Group, Version, Plural, Kind, Namespace is not null);

    /// <summary>Records the applied object.</summary>
    public InventoryEntry With(ObjectMetadata live, string? manifestHash) => this with
    {
        Uid = live.Uid,
        ResourceVersion = live.ResourceVersion,
        OwnedFields = live.OwnedFields,
        OwnedAt = live.OwnedAt,
        ManifestHash = manifestHash,
    };
}
