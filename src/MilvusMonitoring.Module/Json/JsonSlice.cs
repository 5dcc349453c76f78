using System.Text.Json;

namespace MilvusMonitoring.Json;

/// <summary>
/// Finds one value in a UTF-8 JSON text without parsing the rest into a document. A CRD of kube-prometheus has up to half a megabyte, of
/// which only the conditions matter.
/// </summary>
internal static class JsonSlice
{
    // Deeper than any manifest or response. The code below does not recurse.
    private const int MaximumDepth = 1000;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaximumDepth };

    /// <summary>Finds the JSON text of a value; empty if there is none.</summary>
    /// <param name="path">Member names, outermost first.</param>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    public static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> json, params ReadOnlySpan<string> path)
    {
        var reader = new Utf8JsonReader(json.Span, ReaderOptions);
        if (!reader.Read())
        {
            return default;
        }

        foreach (var name in path)
        {
            if (reader.TokenType != JsonTokenType.StartObject || !MoveToMember(ref reader, name))
            {
                return default;
            }
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    /// <summary>Parses a value into a copy that outlives the text; undefined if there is none.</summary>
    /// <param name="path">Member names, outermost first.</param>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> json, params ReadOnlySpan<string> path)
    {
        var slice = Find(json, path);
        if (slice.IsEmpty)
        {
            return default;
        }

        using var document = JsonDocument.Parse(slice, new() { MaxDepth = MaximumDepth });
        return document.RootElement.Clone();
    }

    /// <summary>Reads a string value; null if there is none.</summary>
    /// <param name="path">Member names, outermost first.</param>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    public static string? Text(ReadOnlyMemory<byte> json, params ReadOnlySpan<string> path) =>
        Parse(json, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>Splits an array into the JSON texts of its items; none if there is no array.</summary>
    /// <param name="path">Member names, outermost first.</param>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Items(ReadOnlyMemory<byte> json, params ReadOnlySpan<string> path)
    {
        var array = Find(json, path);
        var items = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(array.Span, ReaderOptions);
        if (array.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return items;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(array[start..(int)reader.BytesConsumed]);
        }

        return items;
    }

    private static bool MoveToMember(ref Utf8JsonReader reader, string name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
