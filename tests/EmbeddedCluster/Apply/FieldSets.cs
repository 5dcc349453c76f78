using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>The fields that a configuration names, which are those that applying it owns.</summary>
internal static class FieldSets
{
    public static FieldSet Of(JsonObject value, SchemaNode schema)
    {
        var result = new FieldSet();
        Collect(value, schema, result);
        return result;
    }

    /// <summary>The step that leads to an item of a list; null where the item has no identity.</summary>
    public static PathElement? ItemElement(JsonNode? item, SchemaNode list)
    {
        if (list.Shape == Shape.Set)
        {
            return item is JsonValue ? PathElement.Value(item) : null;
        }

        if (item is not JsonObject fields)
        {
            return null;
        }

        var keys = new List<KeyValuePair<string, JsonNode?>>(list.Keys.Count);
        foreach (var key in list.Keys)
        {
            if (fields.TryGetPropertyValue(key, out var value) && value is not null)
            {
                keys.Add(new(key, value));
            }
            else if (list.KeyDefaults.TryGetValue(key, out var missing))
            {
                keys.Add(new(key, missing));
            }
        }

        return keys.Count == 0 ? null : PathElement.Key(keys);
    }

    private static void Collect(JsonNode? value, SchemaNode schema, FieldSet set)
    {
        switch (schema.ShapeFor(value))
        {
            case Shape.Leaf:
                set.IsMember = true;
                break;
            case Shape.Struct or Shape.Map:
                foreach (var (name, child) in value!.AsObject())
                {
                    var below = new FieldSet();
                    Collect(child, schema.Field(name), below);
                    below.IsMember |= child is null or JsonObject { Count: 0 } || schema.Shape == Shape.Map;
                    set.Put(PathElement.Field(name), below);
                }

                break;
            case Shape.ListMap or Shape.Set:
                foreach (var item in value!.AsArray())
                {
                    if (ItemElement(item, schema) is { } element)
                    {
                        var below = new FieldSet();
                        Collect(item, schema.Element!, below);
                        below.IsMember = true;
                        set.Put(element, below);
                    }
                }

                break;
            default:
                break;
        }
    }
}
