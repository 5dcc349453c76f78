namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>The metadata of a live object, as far as this module reads it.</summary>
internal sealed record ObjectMetadata
{
    public required string Name { get; init; }

    public string? Namespace { get; init; }

    public required string Uid { get; init; }

    public required string ResourceVersion { get; init; }

    /// <summary>The number of changes of the spec; 0 if the kind does not count them.</summary>
    public long Generation { get; init; }

    public DateTimeOffset? DeletionTimestamp { get; init; }

    public IReadOnlyList<string> Finalizers { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    public bool HasOwner { get; init; }

    public IReadOnlyList<FieldManagerEntry> Managers { get; init; } = [];

    /// <summary>
    /// A digest of the fields that this module has applied or patched and that nobody has changed since; null if this module has applied
    /// none.
    /// </summary>
    public string? OwnedFields =>
        Managers.Any(entry => entry.IsOurs)
            ? string.Join(
                '+',
                Managers
                    .Where(entry => entry.IsByUs)
                    .OrderBy(entry => entry.Operation, StringComparer.Ordinal)
                    .Select(entry => entry.FieldsDigest))
            : null;

    /// <summary>
    /// When this module last wrote to the object. Another stack of this module has the same field manager, so that only the time shows that
    /// a value is the other's. Null if this module has written nothing.
    /// </summary>
    public DateTimeOffset? OwnedAt => Managers.Where(entry => entry.IsByUs).Max(entry => entry.Time);
}
