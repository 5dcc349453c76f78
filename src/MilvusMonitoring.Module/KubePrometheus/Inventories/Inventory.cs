namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>What this module has applied to a cluster, as recorded there.</summary>
internal sealed record Inventory
{
    public required string Namespace { get; init; }

    /// <summary>The release; null where the manifests are none that the module knows.</summary>
    public string? Release { get; init; }

    /// <summary>Where the manifests came from.</summary>
    public required string Source { get; init; }

    /// <summary>A digest of the manifests and of what was selected from them; null while not all of it is applied.</summary>
    public string? ManifestDigest { get; init; }

    public required DateTimeOffset AppliedAt { get; init; }

    public required IReadOnlyList<InventoryEntry> Entries { get; init; }

    /// <summary>Whether another inventory says the same; when it was written does not matter.</summary>
    public bool SaysTheSameAs(Inventory? other) =>
        other is not null
        && (Namespace, Release, Source, ManifestDigest) == (other.Namespace, other.Release, other.Source, other.ManifestDigest)
        && Entries.SequenceEqual(other.Entries);
}
