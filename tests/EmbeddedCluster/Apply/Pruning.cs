using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>Takes away what an applier owned by its last configuration, names no longer, and nobody else owns.</summary>
internal static class Pruning
{
    /// <summary>
    /// Prunes <paramref name="merged"/>, the live object with the new configuration in it, of what is in <paramref name="last"/>,
    /// the applier's fields until now, and not in <paramref name="owned"/>, everybody's fields from now on.
    /// </summary>
    public static JsonObject Prune(JsonObject merged, FieldSet last, FieldSet owned, SchemaNode schema)
    {
        // Servers go by named fields, too: with the last owned item of a list or map field goes the whole field, unowned items in it
        // included.
        var lastNamed = last.WithNamedFields(schema);
        var mergedNamed = FieldSets.Of(merged, schema).WithNamedFields(schema);

        var pruned = ItemRemoval.Remove(merged, lastNamed, schema);
        var keep = FieldSets.Of(pruned, schema).WithNamedFields(schema).Union(owned.WithNamedFields(schema));
        var restored = ItemRemoval.Remove(merged, mergedNamed.Difference(keep), schema);

        var restoredNamed = FieldSets.Of(restored, schema).WithNamedFields(schema);
        return ItemRemoval.Remove(merged, mergedNamed.Difference(restoredNamed).Intersection(lastNamed), schema);
    }
}
