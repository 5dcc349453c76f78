using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MilvusMonitoring.Manifests.Yaml;

/// <summary>Reads one YAML document into a tree with places, within limits.</summary>
internal sealed class YamlTree
{
    private readonly Dictionary<AnchorName, YamlNode?> _anchors = [];
    private readonly Parser _parser;
    private long _nodes;
    private int _depth;

    private readonly int _mark;

    // The parser does not know a byte order mark, which counts as a column of the first line.
    private YamlTree(string text) =>
        (_mark, _parser) = (text.StartsWith('\uFEFF') ? 1 : 0, new Parser(new StringReader(text.StartsWith('\uFEFF') ? text[1..] : text)));

    /// <summary>Reads the only document of a text.</summary>
    /// <returns>The document; null for an empty text.</returns>
    /// <exception cref="FormatException">
    /// The text is not valid YAML, has several documents, or exceeds a limit. The message is a phrase: <c>has … in line 3</c>.
    /// </exception>
    public static YamlNode? Parse(string text)
    {
        if (text.Length > Bounds.ServiceResponse.Limit)
        {
            throw new FormatException($"has more than {Bounds.ServiceResponse}");
        }

        try
        {
            return new YamlTree(text).ReadStream();
        }
        catch (YamlException exception)
        {
            throw new FormatException($"is not valid YAML from line {exception.Start.Line} on", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's scanner throws this, without a position, for some broken flow collections and escapes.
            throw new FormatException("is not valid YAML", exception);
        }
    }

    private YamlNode? ReadStream()
    {
        YamlNode? root = null;
        var documents = 0;
        while (ReadNext() is var next and not StreamEnd)
        {
            if (next is not DocumentStart)
            {
                continue;
            }

            if (++documents > 1)
            {
                throw new FormatException("has more than one YAML document");
            }

            root = ReadNode(ReadNext());
        }

        return root is { IsNull: true } ? null : root;
    }

    private ParsingEvent ReadNext() =>
        _parser.MoveNext() ? _parser.Current! : throw new FormatException("is not valid YAML: it ends within a document");

    private YamlNode ReadNode(ParsingEvent read)
    {
        if (++_nodes > Bounds.ConfigurationNodes.Limit)
        {
            throw TooLarge();
        }

        if (read is AnchorAlias alias)
        {
            return _anchors.GetValueOrDefault(alias.Value) is { } known
                ? Charge(known with { IsAlias = true, Start = PlaceOf(read) })
                : throw new FormatException($"refers to an anchor that is not defined above in line {read.Start.Line}");
        }

        if (++_depth > Bounds.ConfigurationDepth.Limit)
        {
            throw new FormatException($"nests deeper than {Bounds.ConfigurationDepth}");
        }

        var node = read switch
        {
            Scalar scalar => new YamlNode(YamlKind.Scalar, PlaceOf(read)) { Text = scalar.Value, IsPlain = scalar.IsPlainImplicit },
            SequenceStart sequence => ReadSequence(sequence),
            MappingStart mapping => ReadMapping(mapping),
            _ => throw new FormatException($"lacks a value in line {read.Start.Line}"),
        };
        _depth--;
        if (read is NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            _anchors[anchored.Anchor] = node;
        }

        return node;
    }

    private YamlNode ReadSequence(SequenceStart start)
    {
        var items = new List<YamlNode>();
        while (ReadNext() is var item and not SequenceEnd)
        {
            items.Add(ReadNode(item));
        }

        return Charge(new YamlNode(YamlKind.Sequence, PlaceOf(start))
        {
            IsFlow = start.Style == SequenceStyle.Flow,
            Items = items,
            Size = 1 + items.Sum(item => item.Size),
        });
    }

    private YamlNode ReadMapping(MappingStart start)
    {
        var members = new List<(YamlNode Key, YamlNode Value)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (ReadNext() is var key and not MappingEnd)
        {
            var name = ReadNode(key);
            if (name.Kind != YamlKind.Scalar || !names.Add(name.Text))
            {
                var fault = name.Kind == YamlKind.Scalar ? $"has the key '{name.Text}' twice in one mapping" : "has a key that is not text";
                throw new FormatException($"{fault}, in line {key.Start.Line}");
            }

            members.Add((name, ReadNode(ReadNext())));
        }

        return Charge(new YamlNode(YamlKind.Mapping, PlaceOf(start))
        {
            IsFlow = start.Style == MappingStyle.Flow,
            Members = members,
            Size = 1 + members.Sum(member => 1 + member.Value.Size),
        });
    }

    /// <summary>Aliases within aliases multiply what is read.</summary>
    private static YamlNode Charge(YamlNode node) => node.Size <= Bounds.ConfigurationNodes.Limit ? node : throw TooLarge();

    private static FormatException TooLarge() => new($"has more than {Bounds.ConfigurationNodes}");

    private YamlPlace PlaceOf(ParsingEvent read) =>
        new((int)read.Start.Line - 1, (int)read.Start.Column - 1 + (read.Start.Line == 1 ? _mark : 0));
}
