using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>Strategic merge patch, with the directives that <c>kubectl apply</c> and Helm send.</summary>
internal static class StrategicMergePatch
{
    internal const string Directive = "$patch";

    private const string RetainKeys = "$retainKeys";
    private const string DeleteFromList = "$deleteFromPrimitiveList/";
    private const string ElementOrder = "$setElementOrder/";

    /// <summary>The patched object; neither argument is changed.</summary>
    /// <exception cref="PatchException">400 for a directive of the wrong form, 422 for an unknown one, 500 for an item without its
    /// key.</exception>
    public static JsonObject Apply(JsonObject target, JsonObject patch, MergeSchema schema)
    {
        var result = target.DeepClone().AsObject();
        return Merge(result, patch, schema.Root);
    }

    /// <summary>Merges into the target and returns it, or what takes its place.</summary>
    internal static JsonObject Merge(JsonObject target, JsonObject patch, SchemaNode schema)
    {
        switch ((string?)patch[Directive])
        {
            case null or "merge":
                break;
            case "replace":
                return (JsonObject)WithoutDirectives(patch)!;
            case "delete":
                return [];
            case var unknown:
                throw PatchException.Rejected($"unknown patch type: {unknown}");
        }

        Retain(target, patch);
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeleteFromList, StringComparison.Ordinal))
            {
                RemovePrimitives(target, name[DeleteFromList.Length..], value);
            }
        }

        foreach (var (name, change) in patch)
        {
            if (!name.StartsWith('$'))
            {
                MergeField(target, name, change, patch[ElementOrder + name], schema.Field(name));
            }
        }

        foreach (var (name, order) in patch)
        {
            if (name.StartsWith(ElementOrder, StringComparison.Ordinal) && !patch.ContainsKey(name[ElementOrder.Length..]))
            {
                Reorder(target, name[ElementOrder.Length..], order, schema);
            }
        }

        return target;
    }

    /// <summary>A copy of a patch's part that becomes a value: directives are no data, and a null has nothing to take away.</summary>
    internal static JsonNode? WithoutDirectives(JsonNode? value) =>
        value switch
        {
            JsonObject fields => new JsonObject(
                fields
                    .Where(field => !field.Key.StartsWith('$') && field.Value is not null)
                    .Select(field => KeyValuePair.Create(field.Key, WithoutDirectives(field.Value)))),
            JsonArray items => new JsonArray([
                .. items.Where(item => item is not JsonObject fields || !fields.ContainsKey(Directive)).Select(WithoutDirectives),
            ]),
            _ => value?.DeepClone(),
        };

    private static void MergeField(JsonObject target, string name, JsonNode? change, JsonNode? order, SchemaNode schema)
    {
        if (change is null)
        {
            target.Remove(name);
            return;
        }

        switch (target[name], change)
        {
            case (JsonObject inner, JsonObject below):
                var merged = Merge(inner, below, schema);
                if (!ReferenceEquals(merged, inner))
                {
                    target[name] = merged;
                }

                break;
            case (JsonArray items, JsonArray changes) when schema.Shape is Shape.ListMap or Shape.Set:
                target[name] = StrategicList.Merge(items, changes, Order(order), schema);
                break;
            default:
                target[name] = WithoutDirectives(change);
                break;
        }
    }

    private static void Reorder(JsonObject target, string name, JsonNode? order, SchemaNode schema)
    {
        var list = schema.Field(name);
        if (target[name] is JsonArray items && list.Shape is Shape.ListMap or Shape.Set)
        {
            target[name] = StrategicList.Merge(items, [], Order(order), list);
        }
    }

    private static JsonArray? Order(JsonNode? order) => order switch
    {
        null => null,
        JsonArray list => list,
        _ => throw PatchException.BadRequest("invalid patch format of setElementOrder list"),
    };

    private static void Retain(JsonObject target, JsonObject patch)
    {
        if (!patch.TryGetPropertyValue(RetainKeys, out var value))
        {
            return;
        }

        var retained = value is JsonArray list && list.All(key => key is JsonValue)
            ? list.Select(key => key!.ToString()).ToHashSet()
            : throw PatchException.BadRequest("invalid patch format of retainKeys");
        if (patch.Any(field => !field.Key.StartsWith('$') && field.Value is not null && !retained.Contains(field.Key)))
        {
            throw PatchException.BadRequest("invalid patch format of retainKeys");
        }

        foreach (var name in target.Select(field => field.Key).Where(name => !retained.Contains(name)).ToList())
        {
            target.Remove(name);
        }
    }

    private static void RemovePrimitives(JsonObject target, string name, JsonNode? removed)
    {
        if (removed is not JsonArray values)
        {
            throw PatchException.BadRequest("invalid patch format of primitive list");
        }

        if (target[name] is JsonArray items)
        {
            foreach (var item in items.Where(item => values.Any(value => JsonNode.DeepEquals(item, value))).ToList())
            {
                items.Remove(item);
            }
        }
    }
}
