using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MilvusMonitoring.IO;
using MilvusMonitoring.Manifests.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>Turns the YAML documents of one file into JSON, event by event, without a tree in between.</summary>
/// <remarks>
/// Anchors, aliases and merge keys are resolved by copying JSON that is already written; what they may add is limited.
/// An explicit key wins over a merged one wherever it stands, as the YAML merge key says (go-yaml v2 lets the later one win).
/// </remarks>
internal sealed class YamlConverter : IDisposable
{
    /// <summary>How many levels of collections may nest. The deepest schema of a release so far has 31 levels.</summary>
    public const int MaximumDepth = 128;

    /// <summary>
    /// How many bytes aliases and merge keys may add to a file: far more than any honest file, nothing next to a billion laughs.
    /// </summary>
    public const int MaximumAliasBytes = 1024 * 1024;

    /// <summary>How JSON is written: as short as it can be.</summary>
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

    private YamlConverter(string path, TextReader text, CancellationToken cancellationToken)
    {
        _path = path;
        _parser = new Parser(text);
        _cancellationToken = cancellationToken;
        _target = _buffer;
        _writer = new Utf8JsonWriter(_target, WriterOptions);
    }

    /// <summary>Converts all documents of a file; empty ones are left out.</summary>
    /// <param name="path">The path of the file, for messages.</param>
    /// <param name="text">Its text, UTF-8.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The documents in their order.</returns>
    /// <exception cref="ManifestProblemException">No valid YAML, or YAML that cannot be JSON.</exception>
    public static List<JsonText> Convert(string path, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(AsStream(text), Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        using var converter = new YamlConverter(path, reader, cancellationToken);
        try
        {
            return converter.Documents();
        }
        catch (YamlException exception)
        {
            throw converter.Problem(exception.Start.Line, YamlAdvice.Describe(exception, text.Span));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's scanner says this, without a place, of some broken flow collections and escapes.
            throw converter.Problem(converter._parser.Current?.End.Line ?? 1, "is no valid YAML from here on; correct the file");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _writer.Dispose();
        _buffer.Dispose();
    }

    private static MemoryStream AsStream(ReadOnlyMemory<byte> text) =>
        MemoryMarshal.TryGetArray(text, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(text.ToArray(), writable: false);

    private List<JsonText> Documents()
    {
        var documents = new List<JsonText>();
        while (Next() is not StreamEnd)
        {
            if (_parser.Current is not DocumentStart)
            {
                continue;
            }

            var root = Next();
            var line = (int)root.Start.Line;
            _anchors.Clear();
            WriteNode(root);
            _writer.Flush();
            var json = _buffer.Written;
            if (!json.SequenceEqual("null"u8))
            {
                documents.Add(new JsonText(json.ToArray(), line));
            }

            _buffer.Clear();
            _writer.Reset();
        }

        return documents;
    }

    private ParsingEvent Next()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        return _parser.MoveNext() ? _parser.Current! : throw Problem(1, "ends within a document; correct the file");
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

        // Null while the node is being written: an alias inside it would refer to itself.
        _anchors[anchored.Anchor] = null;
        _writer.Flush();
        var start = _target.Written.Length;
        WriteContent(node);
        _writer.Flush();
        var json = _target.Written[start..];
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
                throw Problem(node.Start.Line, "has no value where one is needed; correct the file");
        }
    }

    private void WriteSequence(SequenceStart sequence)
    {
        Enter(sequence);
        _writer.WriteStartArray();
        while (Next() is var item and not SequenceEnd)
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
        while (Next() is var key and not MappingEnd)
        {
            var name = KeyOf(key);
            if (!_keys.Add(name))
            {
                throw Problem(key.Start.Line, $"has the key '{name}' twice in one mapping; keep one of them");
            }

            if (key is Scalar { Value: "<<", IsPlainImplicit: true })
            {
                merged ??= [];
                ReadMerged(merged);
            }
            else
            {
                _writer.WritePropertyName(name);
                WriteNode(Next());
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
        if (++_depth > MaximumDepth)
        {
            throw TooDeep(collection);
        }
    }

    private string KeyOf(ParsingEvent key)
    {
        if (key is not Scalar scalar)
        {
            throw Problem(key.Start.Line, "has a key that is no text; write the key as text");
        }

        RefuseTag(scalar, "tag:yaml.org,2002:str");
        return !scalar.IsPlainImplicit
            ? scalar.Value
            : YamlScalar.Resolve(scalar.Value, out var integer, out var number) switch
            {
                YamlScalarKind.Text => scalar.Value,
                YamlScalarKind.True => "true",
                YamlScalarKind.False => "false",
                YamlScalarKind.Integer => integer.ToString(),
                YamlScalarKind.Float => GoNumber.ToJson(number),
                _ => throw Problem(key.Start.Line, $"has the key '{scalar.Value}', which YAML takes for no text; put it in quotes"),
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
                $"has the value {scalar.Value}, which JSON and so Kubernetes cannot hold; put it in quotes if text is meant");
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
                $"refers to the anchor '{alias.Value}', which is not defined above; define it or write the value out");
        }

        return json ?? throw Problem(alias.Start.Line, $"has the anchor '{alias.Value}' refer to itself; write the value out");
    }

    private void Charge(byte[] json, ParsingEvent place)
    {
        _aliasBytes += json.Length;
        if (_aliasBytes > MaximumAliasBytes)
        {
            throw Problem(place.Start.Line, $"grows by more than {MaximumAliasBytes / 1048576} MB through aliases; write the values out");
        }

        // Aliases within aliases nest without the parser's events nesting.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
        while (reader.Read())
        {
            if (_depth + reader.CurrentDepth > MaximumDepth)
            {
                throw TooDeep(place);
            }
        }
    }

    private ManifestProblemException TooDeep(ParsingEvent place) =>
        Problem(place.Start.Line, $"nests deeper than {MaximumDepth} levels, which no Kubernetes object does; correct the file");

    private void ReadMerged(List<byte[]> merged)
    {
        var value = Next();
        if (value is not SequenceStart)
        {
            merged.Add(MergeSource(value));
            return;
        }

        while (Next() is var item and not SequenceEnd)
        {
            merged.Add(MergeSource(item));
        }
    }

    private byte[] MergeSource(ParsingEvent node)
    {
        var json = node is AnchorAlias alias ? Resolve(alias) : WrittenApart(node);
        Charge(json, node);
        return json[0] == (byte)'{'
            ? json
            : throw Problem(node.Start.Line, "merges ('<<') something that is no mapping; merge mappings only");
    }

    private byte[] WrittenApart(ParsingEvent node)
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
        var reader = new Utf8JsonReader(source, new JsonReaderOptions { MaxDepth = MaximumDepth + 1 });
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
            throw Problem(node.Start.Line, $"has the tag '{node.Tag}', which Kubernetes does not know; remove it");
        }
    }

    private ManifestProblemException Problem(long line, string message) => new(new ManifestProblem(_path, line, message));
}
