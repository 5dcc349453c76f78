using System.Text.Json;
using MilvusMonitoring.IO;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>
/// Turns the plain kind of YAML that generators write into JSON, many times as fast as the full parser; everything else it leaves to that.
/// </summary>
/// <remarks>
/// It takes block mappings and sequences, scalars on one line, literal blocks, <c>[]</c> and <c>{}</c>: all of what recent releases hold.
/// On anything else, and on anything wrong, it gives up without a word: <see cref="YamlConverter"/> then reads the file and says what is
/// wrong.
/// What both read, both read alike.
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

    /// <summary>Converts all documents of a file; empty ones are left out.</summary>
    /// <param name="text">The text, clean UTF-8.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The documents in their order; null where the full parser is needed.</returns>
    public static List<JsonText>? TryConvert(ReadOnlySpan<byte> text, CancellationToken cancellationToken)
    {
        // YAML 1.1 takes more than line feeds for line breaks.
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
            if (_lines.Indent > 0 || !Node() || _lines.Indent >= 0)
            {
                return false;
            }

            _writer.Flush();
            documents.Add(new JsonText(_buffer.Written.ToArray(), line));
            _buffer.Clear();
            _writer.Reset();
        }

        return true;
    }

    /// <summary>Reads the collection that starts on the current line.</summary>
    private bool Node()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        var line = _lines.Line[_lines.Indent..];
        if (++_depth > YamlConverter.MaximumDepth)
        {
            return false;
        }

        var read = IsEntry(line) ? Sequence(_lines.Indent) : Mapping(_lines.Indent);
        _depth--;
        return read;
    }

    private bool Sequence(int indent)
    {
        _writer.WriteStartArray();
        while (_lines.Indent == indent && IsEntry(_lines.Line[indent..]))
        {
            var content = _lines.Line[(indent + 1)..];
            var spaces = content.IndexOfAnyExcept((byte)' ');
            var item = spaces < 0 ? [] : content[spaces..];
            if (IsEntry(item))
            {
                // Empty, or a sequence within the line.
                if (!item.IsEmpty || !ValueBelow(indent, sequenceAtSameIndent: false))
                {
                    return false;
                }
            }
            else if (SimpleYamlScalar.KeyLength(item) > 0)
            {
                if (++_depth > YamlConverter.MaximumDepth || !Mapping(indent + 1 + spaces))
                {
                    return false;
                }

                _depth--;
            }
            else if (!Value(item, indent))
            {
                return false;
            }
        }

        _writer.WriteEndArray();
        return _lines.Indent <= indent;
    }

    /// <summary>Reads a mapping whose first key is on the current line at <paramref name="indent"/>, perhaps behind a dash.</summary>
    private bool Mapping(int indent)
    {
        _writer.WriteStartObject();
        _keys.Push();
        do
        {
            var line = _lines.Line[indent..];
            var length = SimpleYamlScalar.KeyLength(line);
            if (length <= 0 || SimpleYamlScalar.Key(line[..length]) is not { } key || !_keys.Add(key))
            {
                return false;
            }

            _writer.WritePropertyName(key);
            var value = line[(length + 1)..].TrimStart((byte)' ');
            if (!(value.IsEmpty ? ValueBelow(indent, sequenceAtSameIndent: true) : Value(value, indent)))
            {
                return false;
            }
        }
        while (_lines.Indent == indent && !IsEntry(_lines.Line[indent..]));

        _keys.Pop();
        _writer.WriteEndObject();
        return _lines.Indent < indent;
    }

    /// <summary>Reads a value that stands below its key or dash, or is not there.</summary>
    private bool ValueBelow(int indent, bool sequenceAtSameIndent)
    {
        if (!_lines.MoveNext())
        {
            return false;
        }

        if (_lines.Indent > indent || (sequenceAtSameIndent && _lines.Indent == indent && IsEntry(_lines.Line[indent..])))
        {
            return Node();
        }

        _writer.WriteNullValue();
        return true;
    }

    /// <summary>Reads a value that starts behind its key or dash.</summary>
    private bool Value(ReadOnlySpan<byte> value, int indent)
    {
        if (IsEntry(value))
        {
            return false;
        }

        if (value[0] != (byte)'|')
        {
            // A deeper line would go on with the scalar.
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
