using System.Text.Json;

namespace MilvusMonitoring.Manifests;

/// <summary>The fields that identify the object of a JSON document. A field that is not a string counts as absent.</summary>
/// <param name="ApiVersion"><c>apiVersion</c>.</param>
/// <param name="Kind"><c>kind</c>.</param>
/// <param name="Name"><c>metadata.name</c>.</param>
/// <param name="Namespace"><c>metadata.namespace</c>; null if it is absent or empty.</param>
/// <param name="NameLabel">The label <c>app.kubernetes.io/name</c>.</param>
/// <param name="Items">The position of the array <c>items</c> in the document.</param>
internal sealed record ObjectHeader(string? ApiVersion, string? Kind, string? Name, string? Namespace, string? NameLabel, Range? Items)
{
    /// <param name="json">The object, UTF-8 JSON.</param>
    public static ObjectHeader Read(ReadOnlySpan<byte> json, JsonReaderOptions options)
    {
        var header = new ObjectHeader(null, null, null, null, null, null);
        var reader = new Utf8JsonReader(json, options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("apiVersion"u8))
            {
                header = header with { ApiVersion = ReadText(ref reader) };
            }
            else if (reader.ValueTextEquals("kind"u8))
            {
                header = header with { Kind = ReadText(ref reader) };
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                header = ReadMetadata(ref reader, header);
            }
            else if (reader.ValueTextEquals("items"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                var isArray = reader.TokenType == JsonTokenType.StartArray;
                reader.Skip();
                header = isArray ? header with { Items = start..(int)reader.BytesConsumed } : header;
            }
            else
            {
                reader.Skip();
            }
        }

        return header;
    }

    private static ObjectHeader ReadMetadata(ref Utf8JsonReader reader, ObjectHeader header)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return header;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                header = header with { Name = ReadText(ref reader) };
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                header = header with { Namespace = ReadText(ref reader) is { Length: > 0 } text ? text : null };
            }
            else if (reader.ValueTextEquals("labels"u8))
            {
                header = header with { NameLabel = ReadNameLabel(ref reader) };
            }
            else
            {
                reader.Skip();
            }
        }

        return header;
    }

    private static string? ReadNameLabel(ref Utf8JsonReader reader)
    {
        string? label = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("app.kubernetes.io/name"u8))
            {
                label = ReadText(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return label;
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        reader.Skip();
        return text;
    }
}
