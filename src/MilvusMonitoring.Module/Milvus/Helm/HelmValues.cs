using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>Merges values as Helm does, and reads them as templates do.</summary>
internal static class HelmValues
{
    /// <summary>
    /// Merges values: objects are merged member by member, any other value replaces, and null removes a member.
    /// </summary>
    /// <param name="below">The values below, such as the chart's defaults; undefined for none.</param>
    /// <param name="above">The values above, such as the user's; undefined or null for none.</param>
    /// <returns>The values in effect, an object that outlives both.</returns>
    public static JsonElement Coalesce(JsonElement below, JsonElement above)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            WriteObject(writer, below, above);
        }

        using var document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>Finds the value at a path; undefined if there is none.</summary>
    public static JsonElement At(this JsonElement values, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            values = values.Member(name);
        }

        return values;
    }

    /// <summary>
    /// Whether the value is true for a template's <c>if</c>: false, 0, nothing, and an empty text, list or object are not. The text "false"
    /// is.
    /// </summary>
    public static bool IsTrue(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.Number => !value.TryGetDouble(out var number) || number != 0,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => false,
    };

    private static void WriteObject(Utf8JsonWriter writer, JsonElement below, JsonElement above)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in ListMembers(below))
        {
            var over = above.Member(name);
            if (over.ValueKind != JsonValueKind.Null)
            {
                WriteMember(writer, name, value, over);
            }
        }

        foreach (var (name, value) in ListMembers(above).Where(member => below.Member(member.Name).ValueKind == JsonValueKind.Undefined))
        {
            WriteMember(writer, name, default, value);
        }

        writer.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter writer, string name, JsonElement below, JsonElement above)
    {
        writer.WritePropertyName(name);
        if (above.ValueKind == JsonValueKind.Undefined)
        {
            below.WriteTo(writer);
        }
        else if (above.ValueKind == JsonValueKind.Object && below.ValueKind == JsonValueKind.Object)
        {
            WriteObject(writer, below, above);
        }
        else
        {
            above.WriteTo(writer);
        }
    }

    /// <summary>Lists the members. Of several members with one name the last counts, as in Go.</summary>
    private static IEnumerable<(string Name, JsonElement Value)> ListMembers(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
            ? element
                .EnumerateObject()
                .Select(member => member.Name)
                .Distinct(StringComparer.Ordinal)
                .Select(name => (name, element.GetProperty(name)))
            : [];
}
