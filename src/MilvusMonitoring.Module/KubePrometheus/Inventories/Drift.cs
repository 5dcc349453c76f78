using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>Whether a live object still is as it was applied.</summary>
/// <remarks>
/// The API server takes a field out of a field manager's set as soon as another manager gives it another value.
/// So as long as the set of what this module applied is the same, each of its fields still has the value that was applied, whatever else
/// has moved the resource version.
/// Of an object that was applied with no field at all, as ServiceAccounts of v0.8.0 are, the API server keeps no set: there is nothing in
/// it that could drift.
/// </remarks>
internal static class Drift
{
    /// <summary>How an object differs from what was applied.</summary>
    /// <param name="entry">What was applied.</param>
    /// <param name="live">The object now; null where it is gone.</param>
    /// <returns>How, in a few words; null where it does not.</returns>
    public static string? Find(InventoryEntry entry, ObjectMetadata? live)
    {
        if (entry.LeftAlone is not null)
        {
            return null;
        }

        if (live is null)
        {
            return "missing";
        }

        if (entry.Uid is null)
        {
            return "not finished";
        }

        if (live.Uid != entry.Uid)
        {
            return "replaced";
        }

        return IsAsApplied(entry, live) ? null : $"changed by {ChangedBy(live)}";
    }

    /// <summary>Whether nobody has changed any field that was applied.</summary>
    public static bool IsAsApplied(InventoryEntry entry, ObjectMetadata live) =>
        entry.Uid == live.Uid
        && live.DeletionTimestamp is null
        && (entry.ResourceVersion == live.ResourceVersion || entry.OwnedFields == live.OwnedFields);

    private static string ChangedBy(ObjectMetadata live)
    {
        var others = live.Managers
            .Where(manager => !manager.IsByUs && manager.Subresource.Length == 0)
            .OrderBy(manager => manager.WritesStatus)
            .ThenByDescending(manager => manager.Time)
            .Select(manager => manager.Manager)
            .FirstOrDefault();
        return others ?? "an unknown manager";
    }
}
