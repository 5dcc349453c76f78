using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>Ownership after a write that is no apply: POST, PUT, and every other PATCH.</summary>
internal static class ManagedFields
{
    /// <summary>
    /// Writes <c>metadata.managedFields</c> of <paramref name="after"/>. Fields that changed go to the manager and leave all others;
    /// a manager that changed nothing gets no entry and keeps the time of the one it had.
    /// </summary>
    /// <remarks>
    /// <paramref name="before"/> is the stored object, null for a new one; <paramref name="after"/> is what will be stored.
    /// The managedFields in the latter are what the client wishes: none keeps those of the former, <c>[{}]</c> forgets all.
    /// </remarks>
    public static void RecordUpdate(
        JsonObject? before,
        JsonObject after,
        string manager,
        string apiVersion,
        string? subresource,
        DateTimeOffset now,
        MergeSchema schema)
    {
        var table = Former(before, after, subresource).Reconciled(schema.Root);
        if (before is not null && table.Count == 0)
        {
            // Servers do not begin to track an object in the middle of its life.
            table.WriteTo(after);
            return;
        }

        var comparison = ObjectComparison.Between(before ?? [], after, schema.Root);
        var changed = comparison.Changed;
        foreach (var (id, _) in table.Entries.ToList())
        {
            table.TakeAway(id, changed.Union(comparison.Removed));
        }

        var owned = ManagerTable.Owned(changed);
        if (!owned.IsEmpty)
        {
            var self = ManagerId.Updater(manager, apiVersion, subresource);
            var fields = table.Find(self) is { } former ? former.Fields.Union(owned) : owned;
            table.Set(self, new ManagerEntry(fields, apiVersion, now));
        }

        table.WriteTo(after);
    }

    private static ManagerTable Former(JsonObject? before, JsonObject after, string? subresource)
    {
        var live = ManagerTable.Of(before);
        if (subresource is not null)
        {
            return live;
        }

        var wished = ManagerTable.Of(after);
        var forgets = after["metadata"]?["managedFields"] is JsonArray { Count: 1 } list && list[0] is JsonObject { Count: 0 };
        return forgets || wished.Count > 0 ? wished : live;
    }
}
