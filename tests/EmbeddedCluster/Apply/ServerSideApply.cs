using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>Server-side apply: merges what a manager wants into the live object, by who owns which field.</summary>
internal static class ServerSideApply
{
    private const string BeforeFirstApply = "before-first-apply";

    /// <summary>
    /// Applies a configuration to the stored object, which is null where there is none yet; neither is changed.
    /// With <paramref name="force"/>, fields are taken from managers that hold them with other values, instead of reported as conflicts.
    /// </summary>
    /// <returns>The new object; the very node <paramref name="live"/> where nothing changes, or where there are conflicts.</returns>
    /// <exception cref="PatchException">The configuration doesn't fit the schema.</exception>
    public static ApplyOutcome Apply(
        JsonObject? live,
        JsonObject applied,
        string manager,
        string apiVersion,
        bool force,
        DateTimeOffset now,
        MergeSchema schema,
        string? subresource = null)
    {
        AppliedShape.Check(applied, schema.Root);
        var before = live ?? [];
        var former = ManagerTable.Of(live);
        var table = former.Reconciled(schema.Root);
        if (live is not null && table.Count == 0)
        {
            var all = ObjectComparison.Between([], live, schema.Root).Changed;
            table.Set(ManagerId.Updater(BeforeFirstApply, apiVersion, null), new ManagerEntry(all, apiVersion, now));
        }

        var self = ManagerId.Applier(manager, subresource);
        var last = table.Find(self);
        var wanted = FieldSets.Of(applied, schema.Root);
        var merged = ObjectMerge.Merge(before, applied, schema.Root);
        var others = table.Entries.Where(entry => entry.Key != self).ToList();
        var next = last is null
            ? merged
            : Pruning.Prune(merged, last.Fields, others.Aggregate(wanted, (all, entry) => all.Union(entry.Value.Fields)), schema.Root);

        var comparison = ObjectComparison.Between(before, next, schema.Root);
        var changed = comparison.Changed;
        var conflicts = Conflicts(others, changed);
        if (conflicts.Count > 0 && !force)
        {
            return new ApplyOutcome(before, conflicts);
        }

        foreach (var (id, _) in others)
        {
            table.TakeAway(id, changed.Union(comparison.Removed));
        }

        var ownsTheSame = last is not null && last.Fields.SameAs(ManagerTable.Owned(wanted));
        table.Set(self, new ManagerEntry(wanted, apiVersion, comparison.IsSame && ownsTheSame ? last!.Time : now));
        if (comparison.IsSame && live is not null && table.SameAs(former))
        {
            return new ApplyOutcome(live, []);
        }

        var result = ReferenceEquals(next, live) ? live.DeepClone().AsObject() : next;
        table.WriteTo(result);
        return new ApplyOutcome(result, []);
    }

    private static List<FieldConflict> Conflicts(List<KeyValuePair<ManagerId, ManagerEntry>> others, FieldSet changed) =>
        [.. from entry in others
            orderby entry.Key.Manager, entry.Key.Operation
            from field in entry.Value.Fields.Intersection(changed).Display()
            select new FieldConflict(entry.Key.Manager, entry.Key.Operation, entry.Value.ApiVersion, entry.Value.Time, field)
            {
                Subresource = entry.Key.Subresource,
            },
        ];
}
