using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MilvusMonitoring.IO;
using MilvusMonitoring.Manifests.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>One document of a manifest file as JSON.</summary>
/// <param name="Json">The document, UTF-8.</param>
/// <param name="Line">The line at which the document's content starts, from 1.</param>
internal readonly record struct JsonText(ReadOnlyMemory<byte> Json, int Line);

/// <summary>Converts the YAML documents of one file to JSON, event by event, without a tree in between.</summary>
/// <remarks>
/// The converter resolves anchors, aliases and merge keys by copying JSON that is already written, up to a limit.
/// An explicit key wins over a merged key at any position, as the YAML merge key defines (in go-yaml v2 the later key wins).
/// </remarks>
internal sealed class YamlConverter : IDisposable
{
    /// <summary>Writes the shortest JSON.</summary>
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly string _path;
    private readonly Parser _parser;
    private readonly CancellationToken _cancellationToken;
    private readonly PooledBuffer _buffer = new();
    private readonly Dictionary<AnchorName, byte[]?> _anchors = [];
    private readonly KeyFrames _keys = new();
    private Utf8JsonWriter _writer;
    private PooledBuffer _target;
    private int _depth;
    private int _aliasBytes;
    private int _anchorBytes;

    private YamlConverter(string path, TextReader text, CancellationToken cancellationToken)
    {
        _path = path;
        _parser = new Parser(text);
        _cancellationToken = cancellationToken;
        _target = _buffer;
        _writer = new Utf8JsonWriter(_target, WriterOptions);
    }

    /// <summary>Converts all documents of a file, except empty ones.</summary>
    /// <param name="path">The path of the file, for messages.</param>
    /// <param name="text">The text, UTF-8.</param>
    /// <exception cref="ManifestProblemException">The text is not valid YAML, or JSON cannot express it.</exception>
    public static List<JsonText> Convert(string path, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(OpenStream(text), Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        using var converter = new YamlConverter(path, reader, cancellationToken);
        try
        {
            return converter.ReadDocuments();
        }
        catch (YamlException exception)
        {
            var reason = $"is not valid YAML ({exception.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')})";
            throw converter.Problem(exception.Start.Line, reason, YamlAdvice.FindRemedy(exception, text.Span));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's scanner throws this, without a position, for some broken flow collections and escapes.
            throw converter.Problem(converter._parser.Current?.End.Line ?? 1, "is not valid YAML from here on", "correct the file");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _writer.Dispose();
        _buffer.Dispose();
    }

    private static MemoryStream OpenStream(ReadOnlyMemory<byte> text) =>
        MemoryMarshal.TryGetArray(text, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(text.ToArray(), writable: false);

    private List<JsonText> ReadDocuments()
    {
        var documents = new List<JsonText>();
        while (ReadNext() is not StreamEnd)
        {
            if (_parser.Current is not DocumentStart)
            {
                continue;
            }

            var root = ReadNext();
            var line = (int)root.Start.Line;
            _anchors.Clear();
            WriteNode(root);
            _writer.Flush();
            var json = _buffer.Written;
            if (!json.SequenceEqual("null"u8))
            {
                documents.Add(new JsonText(json.ToArray(), line));
                if (documents.Count > Bounds.ManifestDocuments.Limit)
                {
                    throw Problem(line, $"has more than {Bounds.ManifestDocuments}", "split the file");
                }
            }

            _buffer.Clear();
            _writer.Reset();
        }

        return documents;
    }

    private ParsingEvent ReadNext()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        return _parser.MoveNext() ? _parser.Current! : throw Problem(1, "ends within a document", "correct the file");
    }

    private void WriteNode(ParsingEvent node)
    {
        if (node is AnchorAlias alias)
        {
            WriteAlias(alias);
            return;
        }

        if (node is not NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            WriteContent(node);
            return;
        }

        // The anchor is null while its node is being written: an alias inside would refer to itself.
        _anchors[anchored.Anchor] = null;
        _writer.Flush();
        var start = _target.Written.Length;
        WriteContent(node);
        _writer.Flush();
        var json = _target.Written[start..];
        _anchorBytes += json.Length;
        if (_anchorBytes > Bounds.ManifestAnchors.Limit)
        {
            throw Problem(node.Start.Line, $"names more than {Bounds.ManifestAnchors} by anchors", "name only what an alias refers to");
        }

        _anchors[anchored.Anchor] = (json[0] == (byte)',' ? json[1..] : json).ToArray();
    }

    private void WriteContent(ParsingEvent node)
    {
        switch (node)
        {
            case Scalar scalar:
                WriteScalar(scalar);
                break;
            case SequenceStart sequence:
                RefuseTag(sequence, "tag:yaml.org,2002:seq");
                WriteSequence(sequence);
                break;
            case MappingStart mapping:
                RefuseTag(mapping, "tag:yaml.org,2002:map");
                WriteMapping(mapping);
                break;
            default:
                throw Problem(node.Start.Line, "lacks a value", "correct the file");
        }
    }

    private void WriteSequence(SequenceStart sequence)
    {
        Enter(sequence);
        _writer.WriteStartArray();
        while (ReadNext() is var item and not SequenceEnd)
        {
            WriteNode(item);
        }

        _writer.WriteEndArray();
        _depth--;
    }

    private void WriteMapping(MappingStart mapping)
    {
        Enter(mapping);
        _writer.WriteStartObject();
        _keys.Push();
        List<byte[]>? merged = null;
        while (ReadNext() is var key and not MappingEnd)
        {
            var name = ReadKey(key);
            if (!_keys.Add(name))
            {
                throw Problem(key.Start.Line, $"has the key '{name}' twice in one mapping", "keep one of them");
            }

            if (key is Scalar { Value: "<<", IsPlainImplicit: true })
            {
                merged ??= [];
                ReadMerged(merged);
            }
            else
            {
                _writer.WritePropertyName(name);
                WriteNode(ReadNext());
            }
        }

        foreach (var source in merged ?? [])
        {
            WriteMerged(source);
        }

        _keys.Pop();
        _writer.WriteEndObject();
        _depth--;
    }

    private void Enter(NodeEvent collection)
    {
        if (++_depth > Bounds.ManifestDepth.Limit)
        {
            throw TooDeep(collection);
        }
    }

    private string ReadKey(ParsingEvent key)
    {
        if (key is not Scalar scalar)
        {
            throw Problem(key.Start.Line, "has a key that is not text", "write the key as text");
        }

        RefuseTag(scalar, "tag:yaml.org,2002:str");
        if (!scalar.IsPlainImplicit)
        {
            return scalar.Value;
        }

        return YamlScalar.Resolve(scalar.Value, out var integer, out var number) switch
        {
            YamlScalarKind.Text => scalar.Value,
            YamlScalarKind.True => "true",
            YamlScalarKind.False => "false",
            YamlScalarKind.Integer => integer.ToString(),
            YamlScalarKind.Float => GoNumber.ToJson(number),
            _ => throw Problem(key.Start.Line, $"has the key '{scalar.Value}', which YAML does not read as text", "put it in quotes"),
        };
    }

    private void WriteScalar(Scalar scalar)
    {
        RefuseTag(scalar, "tag:yaml.org,2002:str");
        if (!scalar.IsPlainImplicit)
        {
            _writer.WriteStringValue(scalar.Value);
            return;
        }

        if (!PlainScalar.TryWrite(scalar.Value, _writer))
        {
            throw Problem(
                scalar.Start.Line,
                $"has the value {scalar.Value}, which JSON cannot express", "put it in quotes if it is text");
        }
    }

    private void WriteAlias(AnchorAlias alias)
    {
        var json = Resolve(alias);
        Charge(json, alias);
        _writer.WriteRawValue(json, skipInputValidation: true);
    }

    private byte[] Resolve(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value, out var json))
        {
            throw Problem(
                alias.Start.Line,
                $"refers to the anchor '{alias.Value}', which is not defined above", "define the anchor or write the value in full");
        }

        return json
            ?? throw Problem(alias.Start.Line, $"has the anchor '{alias.Value}', which refers to itself", "write the value in full");
    }

    private void Charge(byte[] json, ParsingEvent location)
    {
        _aliasBytes += json.Length;
        if (_aliasBytes > Bounds.ManifestAliases.Limit)
        {
            throw Problem(
                location.Start.Line,
                $"grows by more than {Bounds.ManifestAliases} through aliases", "write the values in full");
        }

        // Aliases within aliases nest deeper than the parser's events.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Bounds.ManifestDepth.Limit });
        while (reader.Read())
        {
            if (_depth + reader.CurrentDepth > Bounds.ManifestDepth.Limit)
            {
                throw TooDeep(location);
            }
        }
    }

    private ManifestProblemException TooDeep(ParsingEvent location) =>
        Problem(location.Start.Line, $"nests deeper than {Bounds.ManifestDepth}, which no Kubernetes object does", "correct the file");

    private void ReadMerged(List<byte[]> merged)
    {
        var value = ReadNext();
        if (value is not SequenceStart)
        {
            merged.Add(ReadMergeSource(value));
            return;
        }

        while (ReadNext() is var item and not SequenceEnd)
        {
            merged.Add(ReadMergeSource(item));
        }
    }

    private byte[] ReadMergeSource(ParsingEvent node)
    {
        var json = node is AnchorAlias alias ? Resolve(alias) : WriteSeparately(node);
        Charge(json, node);
        return json[0] == (byte)'{'
            ? json
            : throw Problem(node.Start.Line, "merges ('<<') a value that is not a mapping", "merge mappings only");
    }

    private byte[] WriteSeparately(ParsingEvent node)
    {
        using var buffer = new PooledBuffer();
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        var (outerTarget, outerWriter) = (_target, _writer);
        (_target, _writer) = (buffer, writer);
        try
        {
            WriteNode(node);
            writer.Flush();
            return buffer.Written.ToArray();
        }
        finally
        {
            (_target, _writer) = (outerTarget, outerWriter);
        }
    }

    private void WriteMerged(byte[] source)
    {
        var reader = new Utf8JsonReader(source, new JsonReaderOptions { MaxDepth = Bounds.ManifestDepth.Limit + 1 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (_keys.Add(name))
            {
                _writer.WritePropertyName(name);
                _writer.WriteRawValue(source.AsSpan(start, (int)reader.BytesConsumed - start), skipInputValidation: true);
            }
        }
    }

    private void RefuseTag(NodeEvent node, string allowed)
    {
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific && node.Tag.Value != allowed)
        {
            throw Problem(node.Start.Line, $"has the tag '{node.Tag}', which Kubernetes does not know", "remove it");
        }
    }

    private ManifestProblemException Problem(long line, string reason, string remedy) =>
        new(new ManifestProblem(_path, line, reason, remedy));
}
