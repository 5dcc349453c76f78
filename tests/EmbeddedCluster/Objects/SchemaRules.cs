using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbeddedCluster.Serving;

namespace EmbeddedCluster.Objects;

/// <summary>What a CRD's structural schema does to a custom resource: defaults, unknown fields, validation. No CEL.</summary>
internal static class SchemaRules
{
    /// <summary>Fills in the schema's defaults.</summary>
    public static void ApplyDefaults(JsonNode? value, JsonObject schema)
    {
        if (value is JsonObject map)
        {
            foreach (var (name, child) in schema["properties"] as JsonObject ?? [])
            {
                if (child is not JsonObject property)
                {
                    continue;
                }

                if (!map.ContainsKey(name) && property["default"] is { } fallback)
                {
                    map[name] = fallback.DeepClone();
                }

                if (map[name] is JsonObject or JsonArray)
                {
                    ApplyDefaults(map[name], property);
                }
            }

            if (schema["additionalProperties"] is JsonObject values)
            {
                foreach (var (_, child) in map)
                {
                    ApplyDefaults(child, values);
                }
            }
        }
        else if (value is JsonArray list && schema["items"] is JsonObject items)
        {
            foreach (var item in list)
            {
                ApplyDefaults(item, items);
            }
        }
    }

    /// <summary>Takes away what the schema does not know.</summary>
    /// <returns>The paths of what was taken.</returns>
    public static List<string> Prune(JsonObject value, JsonObject schema)
    {
        var unknown = new List<string>();
        Prune(value, schema, "", unknown, isRoot: true);
        return unknown;
    }

    public static void Validate(JsonObject value, JsonObject schema, List<StatusCause> causes) =>
        Validate(value, schema, "", causes, isRoot: true);

    private static void Prune(JsonNode? value, JsonObject schema, string path, List<string> unknown, bool isRoot = false)
    {
        if (value is JsonArray list && schema["items"] is JsonObject items)
        {
            for (var at = 0; at < list.Count; at++)
            {
                Prune(list[at], items, $"{path}[{at}]", unknown);
            }
        }

        if (value is not JsonObject map)
        {
            return;
        }

        var properties = schema["properties"] as JsonObject ?? [];
        var keepsUnknown = (bool?)schema["x-kubernetes-preserve-unknown-fields"] == true;
        var isEmbedded = isRoot || (bool?)schema["x-kubernetes-embedded-resource"] == true;
        foreach (var key in map.Select(each => each.Key).ToList())
        {
            if (isEmbedded && key is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            var inner = path.Length == 0 ? key : $"{path}.{key}";
            if (properties[key] is JsonObject property)
            {
                Prune(map[key], property, inner, unknown);
            }
            else if (schema["additionalProperties"] is JsonObject values)
            {
                Prune(map[key], values, inner, unknown);
            }
            else if (!keepsUnknown && schema["additionalProperties"] is not JsonValue)
            {
                unknown.Add(inner);
                map.Remove(key);
            }
        }
    }

    private static void Validate(JsonNode? value, JsonObject schema, string path, List<StatusCause> causes, bool isRoot = false)
    {
        if (value is null)
        {
            if ((bool?)schema["nullable"] != true && schema.Text("type") is { } wanted)
            {
                causes.Add(TypeFault("null", wanted, path));
            }

            return;
        }

        if (!HasType(value, schema))
        {
            causes.Add(TypeFault(NameOf(value), schema.Text("type") ?? "integer or string", path));
            return;
        }

        if (schema["enum"] is JsonArray allowed && !allowed.Any(each => JsonNode.DeepEquals(each, value)))
        {
            var list = string.Join(", ", allowed.Select(each => $"\"{each}\""));
            causes.Add(new("FieldValueNotSupported", $"Unsupported value: {value.ToJsonString()}: supported values: {list}", path));
        }

        switch (value)
        {
            case JsonObject map:
                ValidateMap(map, schema, path, causes, isRoot);
                break;
            case JsonArray list:
                ValidateList(list, schema, path, causes);
                break;
            default:
                ValidateScalar((JsonValue)value, schema, path, causes);
                break;
        }
    }

    private static void ValidateMap(JsonObject map, JsonObject schema, string path, List<StatusCause> causes, bool isRoot)
    {
        string Inner(string key) => path.Length == 0 ? key : $"{path}.{key}";
        foreach (var required in schema["required"] as JsonArray ?? [])
        {
            if (!map.ContainsKey((string)required!))
            {
                causes.Add(new("FieldValueRequired", "Required value", Inner((string)required!)));
            }
        }

        foreach (var (key, child) in map)
        {
            if (isRoot && key is "metadata")
            {
                continue;
            }

            if ((schema["properties"]?[key] ?? schema["additionalProperties"]) is JsonObject property)
            {
                Validate(child, property, Inner(key), causes);
            }
        }
    }

    private static void ValidateList(JsonArray list, JsonObject schema, string path, List<StatusCause> causes)
    {
        if (schema.Number("minItems") is { } least && list.Count < least)
        {
            causes.Add(new("FieldValueInvalid", $"Invalid value: {list.Count}: {path} in body should have at least {least} items", path));
        }

        if (schema["items"] is JsonObject items)
        {
            for (var at = 0; at < list.Count; at++)
            {
                Validate(list[at], items, $"{path}[{at}]", causes);
            }
        }
    }

    private static void ValidateScalar(JsonValue value, JsonObject schema, string path, List<StatusCause> causes)
    {
        void Fault(string rule) =>
            causes.Add(new("FieldValueInvalid", $"Invalid value: {value.ToJsonString()}: {path} in body {rule}", path));
        if (value.GetValueKind() == JsonValueKind.Number)
        {
            var number = double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
            if (schema["minimum"] is { } least && number < least.GetValue<double>())
            {
                Fault($"should be greater than or equal to {least.ToJsonString()}");
            }

            if (schema["maximum"] is { } most && number > most.GetValue<double>())
            {
                Fault($"should be less than or equal to {most.ToJsonString()}");
            }
        }
        else if (value.GetValueKind() == JsonValueKind.String)
        {
            var text = value.GetValue<string>();
            if (schema.Number("minLength") is { } shortest && text.Length < shortest)
            {
                Fault($"should be at least {shortest} chars long");
            }

            if (schema.Number("maxLength") is { } longest && text.Length > longest)
            {
                Fault($"should be at most {longest} chars long");
            }

            if (
                schema.Text("pattern") is { } pattern
                && !Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))
            {
                Fault($"should match '{pattern}'");
            }
        }
    }

    private static bool HasType(JsonNode value, JsonObject schema)
    {
        if ((bool?)schema["x-kubernetes-int-or-string"] == true)
        {
            return NameOf(value) is "integer" or "string";
        }

        return schema.Text("type") switch
        {
            null => true,
            "number" => NameOf(value) is "integer" or "number",
            var type => NameOf(value) == type,
        };
    }

    private static string NameOf(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => value.ToJsonString().AsSpan().IndexOfAny('.', 'e', 'E') < 0 ? "integer" : "number",
    };

    private static StatusCause TypeFault(string actual, string wanted, string path) =>
        new("FieldValueTypeInvalid", $"Invalid value: \"{actual}\": {path} in body must be of type {wanted}: \"{actual}\"", path);
}
