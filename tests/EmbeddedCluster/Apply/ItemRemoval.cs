using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>Takes the members of a field set out of an object; hands back the same node where nothing goes.</summary>
internal static class ItemRemoval
{
    public static JsonObject Remove(JsonObject value, FieldSet fields, SchemaNode schema) =>
        RemoveFields(value, fields, schema) ?? new JsonObject();

    private static JsonNode? RemoveBelow(JsonNode? value, FieldSet fields, SchemaNode schema) => schema.ShapeFor(value) switch
    {
        Shape.Struct or Shape.Map => RemoveFields(value!.AsObject(), fields, schema),
        Shape.ListMap or Shape.Set => RemoveItems(value!.AsArray(), fields, schema),
        _ => value,
    };

    private static JsonObject? RemoveFields(JsonObject value, FieldSet fields, SchemaNode schema)
    {
        var changes = new Dictionary<string, JsonNode?>();
        foreach (var (element, child) in fields.Children)
        {
            if (element.IsField && value.TryGetPropertyValue(element.Name, out var former))
            {
                var remaining = child.IsMember ? null : RemoveBelow(former, child, schema.Field(element.Name));
                if (child.IsMember || !ReferenceEquals(remaining, former))
                {
                    changes[element.Name] = remaining
                        ?? (schema.AlwaysPresent.Contains(element.Name) && former is JsonObject ? new JsonObject() : null);
                }
            }
        }

        if (changes.Count == 0)
        {
            return value;
        }

        var result = new JsonObject();
        foreach (var (name, former) in value)
        {
            if (!changes.TryGetValue(name, out var change))
            {
                result[name] = ObjectMerge.Free(former);
            }
            else if (change is not null)
            {
                result[name] = ObjectMerge.Free(change);
            }
        }

        return result.Count == 0 ? null : result;
    }

    private static JsonArray? RemoveItems(JsonArray value, FieldSet fields, SchemaNode schema)
    {
        var result = new List<JsonNode?>(value.Count);
        var changed = false;
        foreach (var item in value)
        {
            var child = FieldSets.ItemElement(item, schema) is { } element ? fields.Child(element) : null;
            if (child is { IsMember: true })
            {
                changed = true;
                continue;
            }

            var remaining = child is null ? item : RemoveBelow(item, child, schema.Element!);
            changed |= !ReferenceEquals(remaining, item);
            result.Add(remaining);
        }

        return !changed ? value : result.Count == 0 ? null : [.. result.Select(ObjectMerge.Free)];
    }
}
