using System.Text.Json;

namespace MilvusMonitoring.Json;

/// <summary>
/// Finds one value in a UTF-8 JSON text without building the rest of it: definitions of kube-prometheus are up to half a megabyte each, and
/// only their conditions are of interest.
/// </summary>
internal static class JsonSlice
{
    // Deeper than anything that is read from manifests or servers; nothing here recurses.
    private const int MaximumDepth = 1000;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaximumDepth };

    /// <summary>Finds the value below the given member names.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">Member names, outermost first.</param>
    /// <returns>The value's own text; empty where there is none.</returns>
    /// <exception cref="JsonException">The text is no JSON as far as it was read.</exception>
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

    /// <summary>Parses the value below the given member names.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">Member names, outermost first.</param>
    /// <returns>The value, a copy that outlives the text; undefined where there is none.</returns>
    /// <exception cref="JsonException">The text is no JSON as far as it was read.</exception>
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

    /// <summary>Reads the text below the given member names.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="path">Member names, outermost first.</param>
    /// <returns>The text; null where there is none.</returns>
    /// <exception cref="JsonException">The JSON is none as far as it was read.</exception>
    public static string? Text(ReadOnlyMemory<byte> json, params ReadOnlySpan<string> path) =>
        Parse(json, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>Cuts an array into its items.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">Member names, outermost first.</param>
    /// <returns>Each item's own text; none where there is no array.</returns>
    /// <exception cref="JsonException">The text is no JSON as far as it was read.</exception>
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
