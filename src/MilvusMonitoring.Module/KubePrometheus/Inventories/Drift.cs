using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>How a live object differs from what was applied.</summary>
internal enum DriftKind
{
    /// <summary>The object does not exist.</summary>
    Missing,

    /// <summary>An installation was stopped before it recorded the object.</summary>
    NotFinished,

    /// <summary>Another object has the name.</summary>
    Replaced,

    /// <summary>A field manager has changed an applied field.</summary>
    Changed,
}

/// <summary>A difference between a live object and what was applied.</summary>
/// <remarks>
/// The API server takes a field out of a field manager's set as soon as another manager gives the field another value.
/// So as long as the set of this module's fields is the same, and this module has not written since, each of them still has the value that
/// was applied, whatever else has changed the resource version. Another stack of this module is the same field manager.
/// For an object that was applied without any field, as ServiceAccounts of v0.8.0 are, the API server keeps no set: nothing in the object
/// can drift.
/// </remarks>
/// <param name="Kind">How the object differs.</param>
/// <param name="Manager">The field manager that has changed the object; null if it is unknown or the object has not changed.</param>
internal sealed record Drift(DriftKind Kind, string? Manager = null)
{
    /// <summary>Compares an object with what was applied.</summary>
    /// <param name="entry">What was applied.</param>
    /// <param name="live">The object now; null if it does not exist.</param>
    /// <returns>The difference; null if there is none.</returns>
    public static Drift? Find(InventoryEntry entry, ObjectMetadata? live)
    {
        if (entry.LeftAlone is not null)
        {
            return null;
        }

        if (live is null)
        {
            return new Drift(DriftKind.Missing);
        }

        if (entry.Uid is null)
        {
            return new Drift(DriftKind.NotFinished);
        }

        if (live.Uid != entry.Uid)
        {
            return new Drift(DriftKind.Replaced);
        }

        return IsAsApplied(entry, live) ? null : new Drift(DriftKind.Changed, FindManager(entry, live));
    }

    /// <summary>Whether nobody has changed any field that was applied.</summary>
    public static bool IsAsApplied(InventoryEntry entry, ObjectMetadata live) =>
        entry.Uid == live.Uid
        && live.DeletionTimestamp is null
        && (entry.ResourceVersion == live.ResourceVersion
            || (entry.OwnedFields == live.OwnedFields && (entry.OwnedAt is null || entry.OwnedAt == live.OwnedAt)));

    /// <summary>The drift in a word, for <see cref="StackResource.Status"/>.</summary>
    public string Status => Kind switch
    {
        DriftKind.Missing => "missing",
        DriftKind.NotFinished => "not finished",
        DriftKind.Replaced => "replaced",
        _ => "changed",
    };

    /// <summary>The text of <see cref="StackResource.Drift"/>.</summary>
    public override string ToString() =>
        Kind == DriftKind.Changed ? $"{Status} by {Manager ?? "an unknown manager"}" : Status;

    /// <summary>If the fields are the same, another installation by this module has changed their values.</summary>
    private static string? FindManager(InventoryEntry entry, ObjectMetadata live) => entry.OwnedFields == live.OwnedFields
        ? FieldManagerEntry.OurName
        : FindOtherManager(live);

    private static string? FindOtherManager(ObjectMetadata live) => live.Managers
        .Where(manager => !manager.IsByUs && manager.WritesObject)
        .OrderBy(manager => manager.WritesStatus)
        .ThenByDescending(manager => manager.Time)
        .Select(manager => manager.Manager)
        .FirstOrDefault();
}
