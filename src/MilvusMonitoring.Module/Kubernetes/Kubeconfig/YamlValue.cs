using System.Buffers;
using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>A node of a YAML document. An alias is the same object as its anchor, so that aliases cannot make a document grow.</summary>
internal abstract class YamlValue
{
    /// <summary>Reads the root of the first document, as kubectl does; null if the text is empty.</summary>
    /// <param name="text">The YAML or JSON text.</param>
    /// <exception cref="YamlException">The text is not valid YAML.</exception>
    public static YamlValue? Read(TextReader text)
    {
        var parser = new Parser(text);
        parser.Consume<StreamStart>();
        return parser.TryConsume<DocumentStart>(out _) ? ReadNode(parser, new Content(), 0) : null;
    }

    private static YamlValue ReadNode(Parser parser, Content content, int depth)
    {
        if (++content.Nodes > Bounds.KubeconfigNodes.Limit)
        {
            throw new YamlException(parser.Current!.Start, parser.Current.End, $"It has more than {Bounds.KubeconfigNodes}.");
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return content.Anchors.TryGetValue(alias.Value, out var named)
                ? named
                : throw new YamlException(alias.Start, alias.End, $"The alias {alias.Value} names nothing before it.");
        }

        var node = parser.Consume<NodeEvent>();
        if (depth > Bounds.KubeconfigDepth.Limit)
        {
            throw new YamlException(node.Start, node.End, "Nested too deeply.");
        }

        YamlValue result;
        switch (node)
        {
            case Scalar scalar:
                result = new YamlScalar(scalar.Value, scalar.Style == ScalarStyle.Plain);
                break;
            case SequenceStart:
                var items = new List<YamlValue>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                {
                    items.Add(ReadNode(parser, content, depth + 1));
                }

                result = new YamlSequence(items);
                break;
            default:
                var fields = new Dictionary<string, YamlValue>(StringComparer.Ordinal);
                while (!parser.TryConsume<MappingEnd>(out _))
                {
                    var key = ReadNode(parser, content, depth + 1) as YamlScalar
                        ?? throw new YamlException(node.Start, node.End, "A key is not plain text.");
                    fields[key.Text] = ReadNode(parser, content, depth + 1);
                }

                result = new YamlMapping(fields);
                break;
        }

        if (!node.Anchor.IsEmpty)
        {
            content.Anchors[node.Anchor] = result;
        }

        return result;
    }

    /// <summary>Writes the node as JSON; null if the JSON is longer than the limit.</summary>
    /// <param name="limit">The limit in bytes.</param>
    public byte[]? ToJson(int limit)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        if (!WriteTo(writer, limit))
        {
            return null;
        }

        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the node; false once the output is longer than the limit.</summary>
    protected abstract bool WriteTo(Utf8JsonWriter writer, int limit);

    /// <summary>Text, a number, a Boolean or null.</summary>
    private sealed class Content
    {
        public Dictionary<AnchorName, YamlValue> Anchors { get; } = [];

        public int Nodes { get; set; }
    }

    internal sealed class YamlScalar(string text, bool plain) : YamlValue
    {
        public string Text => text;

        public bool IsNull => plain && text is "" or "~" or "null" or "Null" or "NULL";

        protected override bool WriteTo(Utf8JsonWriter writer, int limit)
        {
            if (IsNull)
            {
                writer.WriteNullValue();
            }
            else if (plain && text is "true" or "false")
            {
                writer.WriteBooleanValue(text == "true");
            }
            else if (plain && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                writer.WriteNumberValue(number);
            }
            else
            {
                writer.WriteStringValue(text);
            }

            return writer.BytesCommitted + writer.BytesPending <= limit;
        }
    }

    internal sealed class YamlSequence(IReadOnlyList<YamlValue> items) : YamlValue
    {
        public IReadOnlyList<YamlValue> Items => items;

        protected override bool WriteTo(Utf8JsonWriter writer, int limit)
        {
            writer.WriteStartArray();
            foreach (var item in items)
            {
                if (!item.WriteTo(writer, limit))
                {
                    return false;
                }
            }

            writer.WriteEndArray();
            return true;
        }
    }

    /// <summary>Names and values. A null value counts as absent.</summary>
    internal sealed class YamlMapping(IReadOnlyDictionary<string, YamlValue> fields) : YamlValue
    {
        public string? Text(string name) =>
            fields.GetValueOrDefault(name) is YamlScalar { IsNull: false } scalar && scalar.Text.Length > 0 ? scalar.Text : null;

        public bool IsTrue(string name) => Text(name) is "true" or "True" or "TRUE";

        public YamlMapping? Mapping(string name) => fields.GetValueOrDefault(name) as YamlMapping;

        public YamlValue? Node(string name) => fields.GetValueOrDefault(name);

        public IEnumerable<YamlMapping> Mappings(string name) =>
            fields.GetValueOrDefault(name) is YamlSequence sequence ? sequence.Items.OfType<YamlMapping>() : [];

        public IReadOnlyList<string> Texts(string name) =>
            fields.GetValueOrDefault(name) is YamlSequence sequence
                ? [.. sequence.Items.OfType<YamlScalar>().Select(item => item.Text)]
                : [];

        public IEnumerable<string> Names => fields.Keys;

        protected override bool WriteTo(Utf8JsonWriter writer, int limit)
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                writer.WritePropertyName(name);
                if (!value.WriteTo(writer, limit))
                {
                    return false;
                }
            }

            writer.WriteEndObject();
            return true;
        }
    }
}
