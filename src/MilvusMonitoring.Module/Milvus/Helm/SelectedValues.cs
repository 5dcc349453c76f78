using System.Text.Json;
using MilvusMonitoring.IO;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Milvus.Helm;

/// <summary>
/// Selects the values on which monitors depend from those of a release, for a Milvus that is the chart itself or a subchart at any level.
/// What else a release has is read when helm is to run.
/// </summary>
internal static class SelectedValues
{
    /// <summary>The levels of subcharts that are looked at.</summary>
    public const int Deepest = 5;

    private static readonly JsonElement None = JsonDocument.Parse("{}").RootElement.Clone();

    // The shape of the values below tells a chart, and nothing else of them counts.
    private static readonly HashSet<string> ReadWhole =
        new(StringComparer.Ordinal) { "cluster", "metrics", "image", "tags", "fullnameOverride", "nameOverride" };

    /// <summary>
    /// Selects values: of each object what the Milvus chart reads, and what turns subcharts on, which are booleans; and the objects within.
    /// </summary>
    /// <param name="values">The JSON text of the values; empty for none.</param>
    /// <exception cref="InvalidDataException">A value, or what was selected, is too large.</exception>
    public static JsonElement Read(ReadOnlyMemory<byte> values)
    {
        var reader = new Utf8JsonReader(values.Span, new JsonReaderOptions { MaxDepth = Bounds.JsonDepth.Limit });
        if (values.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return None;
        }

        using var selected = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(selected))
        {
            Select(ref reader, writer, values, 0);
        }

        return JsonSlice.Parse(selected.WrittenMemory);
    }

    private static void Select(ref Utf8JsonReader reader, Utf8JsonWriter writer, ReadOnlyMemory<byte> values, int level)
    {
        writer.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameSize = reader.ValueSpan.Length;
            HelmRecordReader.EnsureShort(nameSize, "name");
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && level < Deepest && !ReadWhole.Contains(name))
            {
                writer.WritePropertyName(name);
                Select(ref reader, writer, values, level + 1);
            }
            else if (reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null || ReadWhole.Contains(name))
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var value = values[start..(int)reader.BytesConsumed];
                HelmRecordReader.EnsureShort(value.Length, name);
                writer.WritePropertyName(name);
                writer.WriteRawValue(value.Span, skipInputValidation: true);
            }
            else
            {
                reader.Skip();
            }

            if (writer.BytesCommitted + writer.BytesPending > Bounds.HelmValues.Limit)
            {
                throw new InvalidDataException($"its values have more than {Bounds.HelmValues}, of those that are read");
            }
        }

        writer.WriteEndObject();
    }
}
