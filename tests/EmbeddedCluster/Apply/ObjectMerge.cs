using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>
/// Merges a configuration into a live object. Whatever stays as it was is handed back as the same node, so an unchanged object costs no
/// copy.
/// </summary>
internal static class ObjectMerge
{
    public static JsonObject Merge(JsonObject live, JsonObject applied, SchemaNode schema) =>
        (JsonObject)(MergeValues(live, applied, schema) ?? new JsonObject());

    /// <summary>The node itself where it is free to be put somewhere, else a copy.</summary>
    public static JsonNode? Free(JsonNode? node) => node?.Parent is null ? node : node.DeepClone();

    private static JsonNode? MergeValues(JsonNode? live, JsonNode? applied, SchemaNode schema)
    {
        if (applied is null)
        {
            // A null takes a scalar away, but an object or a list that ownership looks into stays.
            return schema.ShapeFor(live) == Shape.Leaf ? null : live;
        }

        return schema.ShapeFor(live, applied) switch
        {
            Shape.Struct or Shape.Map => MergeFields(live as JsonObject, applied.AsObject(), schema),
            Shape.ListMap or Shape.Set => MergeItems(live as JsonArray, applied.AsArray(), schema),
            Shape.Ignored => live,
            _ => JsonNode.DeepEquals(live, applied) ? live : applied,
        };
    }

    private static JsonObject MergeFields(JsonObject? live, JsonObject applied, SchemaNode schema)
    {
        var changes = new Dictionary<string, JsonNode?>();
        foreach (var (name, value) in applied)
        {
            var former = live?[name];
            var merged = MergeValues(former, value, schema.Field(name));
            if (!ReferenceEquals(merged, former))
            {
                changes[name] = merged;
            }
        }

        if (live is not null && changes.Count == 0)
        {
            return live;
        }

        var result = new JsonObject();
        foreach (var (name, value) in live ?? [])
        {
            if (!changes.Remove(name, out var change))
            {
                result[name] = Free(value);
            }
            else if (change is not null)
            {
                result[name] = Free(change);
            }
        }

        foreach (var (name, change) in changes)
        {
            result[name] = Free(change);
        }

        return result;
    }

    private static JsonArray MergeItems(JsonArray? live, JsonArray applied, SchemaNode schema)
    {
        if (live is null)
        {
            return applied;
        }

        var ours = Index(applied, schema);
        var theirs = Index(live, schema);
        var order = ListOrder.Merge([.. theirs.Select(item => item.Element)], [.. ours.Select(item => item.Element)]);
        var appliedItems = ours.DistinctBy(item => item.Element).ToDictionary(item => item.Element, item => item.Item);
        var liveItems = theirs.DistinctBy(item => item.Element).ToDictionary(item => item.Element, item => item.Item);
        var items = new List<JsonNode?>(order.Count);
        foreach (var step in order)
        {
            var item = step.LiveIndex is { } index ? theirs[index].Item : liveItems.GetValueOrDefault(step.Element);
            items.Add(step.LiveIndex is null && appliedItems.TryGetValue(step.Element, out var change)
                ? MergeValues(item, change, schema.Element!)
                : item);
        }

        if (items.Count == live.Count && items.Zip(live).All(pair => ReferenceEquals(pair.First, pair.Second)))
        {
            return live;
        }

        return [.. items.Select(Free)];
    }

    private static List<(PathElement Element, JsonNode? Item)> Index(JsonArray list, SchemaNode schema) =>
        [.. list.Select((item, at) => (FieldSets.ItemElement(item, schema) ?? new PathElement("i:" + at), item))];
}
