using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>Merges a list of a strategic merge patch whose items are told apart by a key, or by their value.</summary>
internal static class StrategicList
{
    /// <summary>The merged list. <paramref name="order"/> is the patch's $setElementOrder, null where it gives none.</summary>
    public static JsonArray Merge(JsonArray target, JsonArray patch, JsonArray? order, SchemaNode schema)
    {
        // A strategic merge goes by one key, the first, even where ownership goes by several.
        var key = schema.Shape == Shape.ListMap ? schema.Keys[0] : null;
        if (patch.Any(item => Directive(item) == "replace"))
        {
            return (JsonArray)StrategicMergePatch.WithoutDirectives(patch)!;
        }

        var deleted = patch.Where(item => Directive(item) == "delete").Select(item => Identity(item, key)).ToHashSet();
        var serverOrder = target.Select(item => Identity(item, key)).ToList();
        var merged = target.Select(item => item?.DeepClone()).Where(item => !deleted.Contains(Identity(item, key))).ToList();
        var changes = patch.Where(item => Directive(item) != "delete").ToList();
        foreach (var change in changes)
        {
            var identity = Identity(change, key);
            var at = merged.FindIndex(item => Identity(item, key) == identity);
            if (at < 0)
            {
                merged.Add(StrategicMergePatch.WithoutDirectives(change));
            }
            else if (merged[at] is JsonObject item && change is JsonObject below)
            {
                merged[at] = StrategicMergePatch.Merge(item, below, schema.Element!);
            }
        }

        var patchOrder = (order ?? [.. changes.Select(item => item?.DeepClone())]).Select(item => Identity(item, key)).ToList();
        return [.. Arrange(merged, patchOrder, serverOrder, key)];
    }

    // Items that the patch puts in order come in that order; the others keep their place before whatever they preceded on the server.
    private static IEnumerable<JsonNode?> Arrange(List<JsonNode?> items, List<string> patchOrder, List<string> serverOrder, string? key)
    {
        var ordered = new Queue<JsonNode?>(
            items.Where(item => patchOrder.Contains(Identity(item, key))).OrderBy(item => patchOrder.IndexOf(Identity(item, key))));
        var others = new Queue<JsonNode?>(items.Where(item => !patchOrder.Contains(Identity(item, key))));
        while (ordered.Count > 0 || others.Count > 0)
        {
            var takesOther = ordered.Count == 0 || (others.Count > 0 && Precedes(others.Peek(), ordered.Peek()));
            yield return takesOther ? others.Dequeue() : ordered.Dequeue();
        }

        bool Precedes(JsonNode? other, JsonNode? next)
        {
            var mine = serverOrder.IndexOf(Identity(other, key));
            var its = serverOrder.IndexOf(Identity(next, key));
            return mine >= 0 && its >= 0 && mine < its;
        }
    }

    private static string? Directive(JsonNode? item) => item is JsonObject fields ? (string?)fields[StrategicMergePatch.Directive] : null;

    private static string Identity(JsonNode? item, string? key)
    {
        if (key is null)
        {
            return item?.ToJsonString() ?? "null";
        }

        return (item as JsonObject)?[key]?.ToJsonString()
            ?? throw new PatchException(500, null, $"map: {item?.ToJsonString() ?? "null"} does not contain declared merge key: {key}");
    }
}
