using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>Reads merge behaviour out of the schema in a custom resource definition.</summary>
internal static class DefinitionSchema
{
    public static SchemaNode Root(JsonObject? schema)
    {
        var fields = Properties(schema);
        fields["apiVersion"] = SchemaNode.Leaf;
        fields["kind"] = SchemaNode.Leaf;
        fields["metadata"] = BuiltInSchemas.ObjectMeta;
        return SchemaNode.StructOf(fields, schema is null || KeepsUnknown(schema) ? SchemaNode.Free : null);
    }

    private static SchemaNode Read(JsonObject schema)
    {
        if (schema["x-kubernetes-int-or-string"] is JsonValue flag && flag.GetValue<bool>())
        {
            return SchemaNode.Leaf;
        }

        return (string?)schema["type"] switch
        {
            "object" => ReadObject(schema),
            "array" => ReadList(schema),
            null when KeepsUnknown(schema) => SchemaNode.Free,
            _ => SchemaNode.Leaf,
        };
    }

    private static SchemaNode ReadObject(JsonObject schema)
    {
        if ((string?)schema["x-kubernetes-map-type"] == "atomic")
        {
            return SchemaNode.Leaf;
        }

        var fields = Properties(schema);
        if (schema["x-kubernetes-embedded-resource"] is JsonValue flag && flag.GetValue<bool>())
        {
            fields["apiVersion"] = SchemaNode.Leaf;
            fields["kind"] = SchemaNode.Leaf;
            fields["metadata"] = BuiltInSchemas.ObjectMeta;
        }

        if (fields.Count > 0)
        {
            return SchemaNode.StructOf(fields, KeepsUnknown(schema) ? SchemaNode.Free : null);
        }

        return schema["additionalProperties"] is JsonObject values ? SchemaNode.MapOf(Read(values)) : SchemaNode.Free;
    }

    private static SchemaNode ReadList(JsonObject schema)
    {
        var item = schema["items"] as JsonObject ?? [];
        return (string?)schema["x-kubernetes-list-type"] switch
        {
            "set" => SchemaNode.ScalarSet,
            "map" => SchemaNode.ListMapOf(Read(item), Keys(schema), Defaults(item, Keys(schema))),
            _ => SchemaNode.Leaf,
        };
    }

    private static List<string> Keys(JsonObject schema) =>
        [.. (schema["x-kubernetes-list-map-keys"] as JsonArray ?? []).Select(key => (string)key!)];

    private static Dictionary<string, JsonNode> Defaults(JsonObject item, List<string> keys) =>
        keys.Where(key => item["properties"]?[key]?["default"] is not null).ToDictionary(key => key, key => item["properties"]![key]!["default"]!);

    private static Dictionary<string, SchemaNode> Properties(JsonObject? schema) =>
        (schema?["properties"] as JsonObject ?? []).ToDictionary(property => property.Key, property => Read(property.Value as JsonObject ?? []));

    private static bool KeepsUnknown(JsonObject schema) =>
        schema["x-kubernetes-preserve-unknown-fields"] is JsonValue flag && flag.GetValue<bool>();
}
