namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>What this module has applied to a cluster, as recorded there.</summary>
internal sealed record Inventory
{
    public required string Namespace { get; init; }

    /// <summary>The release; null if the manifests belong to no release of the catalog.</summary>
    public string? Release { get; init; }

    /// <summary>Where the manifests came from.</summary>
    public required string Source { get; init; }

    /// <summary>A digest of the manifests and of the selection; null until every object is applied.</summary>
    public string? ManifestDigest { get; init; }

    public required DateTimeOffset AppliedAt { get; init; }

    public required IReadOnlyList<InventoryEntry> Entries { get; init; }

    /// <summary>Whether another inventory says the same. The time does not count.</summary>
    public bool SaysTheSameAs(Inventory? other) =>
        other is not null
        && (Namespace, Release, Source, ManifestDigest) == (other.Namespace, other.Release, other.Source, other.ManifestDigest)
        && Entries.SequenceEqual(other.Entries);
}
