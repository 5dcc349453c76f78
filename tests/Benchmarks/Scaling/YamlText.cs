using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MilvusMonitoring.Benchmarks.Scaling;

/// <summary>Writes JSON as YAML in lines, so that made-up manifests have the shape of real ones.</summary>
internal static class YamlText
{
    private static readonly JsonSerializerOptions s_plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(StringBuilder text, JsonNode? node, int indent)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } mapping:
                foreach (var (key, value) in mapping)
                {
                    text.Append(' ', indent).Append(JsonSerializer.Serialize(key, s_plain)).Append(':');
                    WriteBelow(text, value, indent);
                }

                break;
            case JsonArray { Count: > 0 } sequence:
                foreach (var item in sequence)
                {
                    text.Append(' ', indent).Append('-');
                    WriteBelow(text, item, indent);
                }

                break;
            default:
                text.Append(' ', indent).Append(node?.ToJsonString(s_plain) ?? "null").Append('\n');
                break;
        }
    }

    private static void WriteBelow(StringBuilder text, JsonNode? node, int indent)
    {
        var isBlock = node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 };
        text.Append(isBlock ? '\n' : ' ');
        Write(text, node, isBlock ? indent + 2 : 0);
    }
}
