using System.Text.Json;
using MilvusMonitoring.IO;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>
/// Converts the plain YAML that generators write to JSON, many times as fast as the full parser. Leaves all other YAML to the full parser.
/// </summary>
/// <remarks>
/// The converter reads block mappings and sequences, scalars on one line, literal blocks, <c>[]</c> and <c>{}</c>: everything in the
/// manifests of recent releases. On any other or invalid YAML the converter gives up silently: <see cref="YamlConverter"/> then reads the
/// file and reports its problems. Both converters read the same text alike.
/// </remarks>
internal ref struct SimpleYamlConverter
{
    private readonly CancellationToken _cancellationToken;
    private readonly PooledBuffer _buffer;
    private readonly PooledBuffer _scratch;
    private readonly Utf8JsonWriter _writer;
    private readonly KeyFrames _keys;
    private SimpleYamlLines _lines;
    private int _depth;

    private SimpleYamlConverter(
        ReadOnlySpan<byte> text,
        PooledBuffer buffer,
        PooledBuffer scratch,
        Utf8JsonWriter writer,
        CancellationToken cancellationToken)
    {
        _lines = new SimpleYamlLines(text);
        _buffer = buffer;
        _scratch = scratch;
        _writer = writer;
        _keys = new KeyFrames();
        _cancellationToken = cancellationToken;
    }

    /// <summary>Converts all documents of a file, except empty ones.</summary>
    /// <param name="text">UTF-8 text from <see cref="Files.ManifestText"/>.</param>
    /// <returns>The documents, in order; null if the full parser is needed.</returns>
    public static List<JsonText>? TryConvert(ReadOnlySpan<byte> text, CancellationToken cancellationToken)
    {
        // In YAML 1.1, more characters than the line feed break a line.
        if (
            text is not [.., (byte)'\n']
            || text.IndexOf((byte)'\r') >= 0
            || text.IndexOf("\u0085"u8) >= 0
            || text.IndexOf("\u2028"u8) >= 0
            || text.IndexOf("\u2029"u8) >= 0
            || text.IndexOf("\uFEFF"u8) >= 0)
        {
            return null;
        }

        using var buffer = new PooledBuffer();
        using var scratch = new PooledBuffer();
        using var writer = new Utf8JsonWriter(buffer, YamlConverter.WriterOptions);
        var documents = new List<JsonText>();
        return new SimpleYamlConverter(text, buffer, scratch, writer, cancellationToken).ReadDocuments(documents) ? documents : null;
    }

    private bool ReadDocuments(List<JsonText> documents)
    {
        while (!_lines.AtEnd)
        {
            if (!_lines.MoveNext())
            {
                return false;
            }

            if (_lines.Indent < 0)
            {
                continue;
            }

            var line = _lines.Number;
            if (_lines.Indent > 0 || !ReadNode() || _lines.Indent >= 0)
            {
                return false;
            }

            _writer.Flush();
            documents.Add(new JsonText(_buffer.Written.ToArray(), line));
            if (documents.Count > Bounds.ManifestDocuments.Limit)
            {
                return false;
            }

            _buffer.Clear();
            _writer.Reset();
        }

        return true;
    }

    /// <summary>Reads the collection that starts on the current line.</summary>
    private bool ReadNode()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var line = _lines.Line[_lines.Indent..];
        if (++_depth > Bounds.ManifestDepth.Limit)
        {
            return false;
        }

        var read = IsEntry(line) ? ReadSequence(_lines.Indent) : ReadMapping(_lines.Indent);
        _depth--;
        return read;
    }

    private bool ReadSequence(int indent)
    {
        _writer.WriteStartArray();
        while (_lines.Indent == indent && IsEntry(_lines.Line[indent..]))
        {
            var content = _lines.Line[(indent + 1)..];
            var spaces = content.IndexOfAnyExcept((byte)' ');
            var item = spaces < 0 ? [] : content[spaces..];
            if (IsEntry(item))
            {
                // The item is empty, or a sequence within the line.
                if (!item.IsEmpty || !ReadValueBelow(indent, sequenceAtSameIndent: false))
                {
                    return false;
                }
            }
            else if (SimpleYamlScalar.MeasureKey(item) > 0)
            {
                if (++_depth > Bounds.ManifestDepth.Limit || !ReadMapping(indent + 1 + spaces))
                {
                    return false;
                }

                _depth--;
            }
            else if (!ReadValue(item, indent))
            {
                return false;
            }
        }

        _writer.WriteEndArray();
        return _lines.Indent <= indent;
    }

    /// <summary>Reads a mapping whose first key is on the current line at <paramref name="indent"/>, perhaps after a dash.</summary>
    private bool ReadMapping(int indent)
    {
        _writer.WriteStartObject();
        _keys.Push();
        do
        {
            var line = _lines.Line[indent..];
            var length = SimpleYamlScalar.MeasureKey(line);
            if (length <= 0 || SimpleYamlScalar.ReadKey(line[..length]) is not { } key || !_keys.Add(key))
            {
                return false;
            }

            _writer.WritePropertyName(key);
            var value = line[(length + 1)..].TrimStart((byte)' ');
            if (!(value.IsEmpty ? ReadValueBelow(indent, sequenceAtSameIndent: true) : ReadValue(value, indent)))
            {
                return false;
            }
        }
        while (_lines.Indent == indent && !IsEntry(_lines.Line[indent..]));

        _keys.Pop();
        _writer.WriteEndObject();
        return _lines.Indent < indent;
    }

    /// <summary>Reads a value below its key or dash, or a missing value.</summary>
    private bool ReadValueBelow(int indent, bool sequenceAtSameIndent)
    {
        if (!_lines.MoveNext())
        {
            return false;
        }

        if (_lines.Indent > indent || (sequenceAtSameIndent && _lines.Indent == indent && IsEntry(_lines.Line[indent..])))
        {
            return ReadNode();
        }

        _writer.WriteNullValue();
        return true;
    }

    /// <summary>Reads a value that starts on the line of its key or dash.</summary>
    private bool ReadValue(ReadOnlySpan<byte> value, int indent)
    {
        if (IsEntry(value))
        {
            return false;
        }

        if (value[0] != (byte)'|')
        {
            // A deeper line would continue the scalar.
            return SimpleYamlScalar.TryWrite(value, _writer, _scratch) && _lines.MoveNext() && _lines.Indent <= indent;
        }

        var strip = value.SequenceEqual("|-"u8);
        _scratch.Clear();
        if (!(strip || value.Length == 1) || !_lines.TakeLiteral(indent, _scratch))
        {
            return false;
        }

        if (!strip)
        {
            _scratch.GetSpan(1)[0] = (byte)'\n';
            _scratch.Advance(1);
        }

        _writer.WriteStringValue(_scratch.Written);
        return true;
    }

    private static bool IsEntry(ReadOnlySpan<byte> line) => line is [] or [(byte)'-'] or [(byte)'-', (byte)' ', ..];
}
