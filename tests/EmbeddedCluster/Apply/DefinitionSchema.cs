using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>Reads merge behaviour out of the schema in a custom resource definition.</summary>
internal static class DefinitionSchema
{
    public static SchemaNode Root(JsonObject? schema)
    {
        var free = schema is null || KeepsUnknown(schema);
        var fields = Properties(schema, free);
        AddTypeAndMetadata(fields);
        return SchemaNode.StructOf(fields, free ? SchemaNode.Free : null);
    }

    // Where a schema keeps unknown fields, so do all schemas below it.
    private static SchemaNode Read(JsonObject schema, bool free)
    {
        free |= KeepsUnknown(schema);
        if (Flag(schema, "x-kubernetes-int-or-string"))
        {
            return SchemaNode.Leaf;
        }

        return (string?)schema["type"] switch
        {
            "object" => ReadObject(schema, free),
            "array" => ReadList(schema, free),
            null when free => SchemaNode.Free,
            _ => SchemaNode.Leaf,
        };
    }

    private static SchemaNode ReadObject(JsonObject schema, bool free)
    {
        if ((string?)schema["x-kubernetes-map-type"] == "atomic")
        {
            return SchemaNode.Leaf;
        }

        var fields = Properties(schema, free);
        if (Flag(schema, "x-kubernetes-embedded-resource"))
        {
            AddTypeAndMetadata(fields);
        }

        if (fields.Count > 0)
        {
            return SchemaNode.StructOf(fields, free ? SchemaNode.Free : null);
        }

        return schema["additionalProperties"] is JsonObject values ? SchemaNode.MapOf(Read(values, free)) : SchemaNode.Free;
    }

    private static SchemaNode ReadList(JsonObject schema, bool free)
    {
        var item = schema["items"] as JsonObject ?? [];
        return (string?)schema["x-kubernetes-list-type"] switch
        {
            "set" => SchemaNode.ScalarSet,
            "map" => SchemaNode.ListMapOf(Read(item, free), Keys(schema), Defaults(item, Keys(schema))),
            _ => SchemaNode.Leaf,
        };
    }

    private static List<string> Keys(JsonObject schema) =>
        [.. (schema["x-kubernetes-list-map-keys"] as JsonArray ?? []).Select(key => (string)key!)];

    private static Dictionary<string, JsonNode> Defaults(JsonObject item, List<string> keys) =>
        keys.Where(key => item["properties"]?[key]?["default"] is not null)
            .ToDictionary(key => key, key => item["properties"]![key]!["default"]!);

    private static Dictionary<string, SchemaNode> Properties(JsonObject? schema, bool free) =>
        (schema?["properties"] as JsonObject ?? []).ToDictionary(
            property => property.Key,
            property => Read(property.Value as JsonObject ?? [], free));

    private static void AddTypeAndMetadata(Dictionary<string, SchemaNode> fields)
    {
        fields["apiVersion"] = SchemaNode.Leaf;
        fields["kind"] = SchemaNode.Leaf;
        fields["metadata"] = BuiltInSchemas.ObjectMeta;
    }

    private static bool KeepsUnknown(JsonObject schema) => Flag(schema, "x-kubernetes-preserve-unknown-fields");

    private static bool Flag(JsonObject schema, string name) => schema[name] is JsonValue flag && flag.GetValue<bool>();
}
