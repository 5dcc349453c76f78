using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>What the inventory remembers of one object.</summary>
internal sealed record InventoryEntry
{
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Kind { get; init; }

    /// <summary>The kind's name in paths, so that a later run needs no discovery.</summary>
    public required string Plural { get; init; }

    public string? Namespace { get; init; }

    public required string Name { get; init; }

    public required string Component { get; init; }

    /// <summary>
    /// The path of its file, below the manifests folder; null where it is of an earlier installation and not in the manifests.
    /// </summary>
    public string? File { get; init; }

    /// <summary>The UID after it was applied; null while that is only intended.</summary>
    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    /// <summary>See <see cref="ObjectMetadata.OwnedFields"/>.</summary>
    public string? OwnedFields { get; init; }

    /// <summary>A digest of the manifest that was applied.</summary>
    public string? ManifestHash { get; init; }

    /// <summary>Why the object is others' and was left alone; null where it is the stack's.</summary>
    public string? LeftAlone { get; init; }

    public ResourceId Id => new(Group, Kind, Namespace, Name);

    public ResourceType Type => new(Group, Version, Plural, Kind, Namespace is not null);

    /// <summary>The entry after the object was applied.</summary>
    public InventoryEntry With(ObjectMetadata live, string? manifestHash) => this with
    {
        Uid = live.Uid,
        ResourceVersion = live.ResourceVersion,
        OwnedFields = live.OwnedFields,
        ManifestHash = manifestHash,
    };
}
