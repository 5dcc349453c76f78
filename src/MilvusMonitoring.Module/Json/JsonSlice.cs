using System.Text.Json;

namespace MilvusMonitoring.Json;

/// <summary>
/// Finds one value in a UTF-8 JSON text without parsing the rest into a document. A CRD of kube-prometheus has up to half a megabyte, of
/// which only the conditions matter.
/// </summary>
internal static class JsonSlice
{
    // The code below does not recurse.
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = Bounds.JsonDepth.Limit };

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

        using var document = Open(slice, Bounds.JsonDepth.Limit);
        return document.RootElement.Clone();
    }

    /// <summary>
    /// Parses a text from outside. A document takes several times the memory of its text, so that its values are counted first.
    /// </summary>
    /// <exception cref="JsonException">The text is not valid JSON.</exception>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ResponseInvalid"/>: it has more values than the bound.</exception>
    public static JsonDocument Open(ReadOnlyMemory<byte> json, int maximumDepth = 64)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = maximumDepth });
        for (var values = 0; reader.Read(); values++)
        {
            if (values == Bounds.JsonValues.Limit)
            {
                throw Bounds.JsonValues.CreateExceeded(
                    ErrorId.ResponseInvalid,
                    "A response",
                    "see what makes it so large, and run the command again",
                    null);
            }
        }

        return JsonDocument.Parse(json, new() { MaxDepth = maximumDepth });
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
