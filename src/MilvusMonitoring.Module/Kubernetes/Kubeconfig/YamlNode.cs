using System.Buffers;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>A piece of a kubeconfig as YAML has it. An alias is the very node it names, so no alias can make a file grow.</summary>
internal abstract class YamlNode
{
    private const int DepthLimit = 50;

    /// <summary>Reads the first document, as kubectl does.</summary>
    /// <param name="text">The YAML or JSON text.</param>
    /// <returns>Its root; null when it is empty.</returns>
    /// <exception cref="YamlException">The text is no YAML.</exception>
    public static YamlNode? Read(TextReader text)
    {
        var parser = new Parser(text);
        parser.Consume<StreamStart>();
        return parser.TryConsume<DocumentStart>(out _) ? ReadNode(parser, new Dictionary<AnchorName, YamlNode>(), 0) : null;
    }

    private static YamlNode ReadNode(Parser parser, Dictionary<AnchorName, YamlNode> anchors, int depth)
    {
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return anchors.TryGetValue(alias.Value, out var named)
                ? named
                : throw new YamlException(alias.Start, alias.End, $"The alias {alias.Value} names nothing before it.");
        }

        var node = parser.Consume<NodeEvent>();
        if (depth > DepthLimit)
        {
            throw new YamlException(node.Start, node.End, "Nested too deeply.");
        }

        YamlNode result;
        switch (node)
        {
            case Scalar scalar:
                result = new KubeconfigScalar(scalar.Value, scalar.Style == ScalarStyle.Plain);
                break;
            case SequenceStart:
                var items = new List<YamlNode>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                {
                    items.Add(ReadNode(parser, anchors, depth + 1));
                }

                result = new KubeconfigSequence(items);
                break;
            default:
                var fields = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
                while (!parser.TryConsume<MappingEnd>(out _))
                {
                    var key = ReadNode(parser, anchors, depth + 1) as KubeconfigScalar
                        ?? throw new YamlException(node.Start, node.End, "A key is not plain text.");
                    fields[key.Text] = ReadNode(parser, anchors, depth + 1);
                }

                result = new KubeconfigMapping(fields);
                break;
        }

        if (!node.Anchor.IsEmpty)
        {
            anchors[node.Anchor] = result;
        }

        return result;
    }

    /// <summary>Writes the node as JSON; what an exec plugin is given of a cluster's extension.</summary>
    /// <param name="limit">The most bytes that are written.</param>
    /// <returns>The JSON, or null when it is longer than the limit.</returns>
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

    /// <summary>Writes the node.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="limit">The most bytes in all.</param>
    /// <returns>False once the limit is passed.</returns>
    protected abstract bool WriteTo(Utf8JsonWriter writer, int limit);

    /// <summary>Text, a number, a truth value or nothing.</summary>
    internal sealed class KubeconfigScalar(string text, bool plain) : YamlNode
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
            else if (
                plain
                && long.TryParse(
                    text,
                    System.Globalization.NumberStyles.AllowLeadingSign,
                    System.Globalization.CultureInfo.InvariantCulture,
                    out var number))
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

    /// <summary>A list.</summary>
    internal sealed class KubeconfigSequence(IReadOnlyList<YamlNode> items) : YamlNode
    {
        public IReadOnlyList<YamlNode> Items => items;

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

    /// <summary>Names and values; a field that is null counts as absent.</summary>
    internal sealed class KubeconfigMapping(IReadOnlyDictionary<string, YamlNode> fields) : YamlNode
    {
        public string? Text(string name) =>
            fields.GetValueOrDefault(name) is KubeconfigScalar { IsNull: false } scalar && scalar.Text.Length > 0 ? scalar.Text : null;

        public bool IsTrue(string name) => Text(name) is "true" or "True" or "TRUE";

        public KubeconfigMapping? Mapping(string name) => fields.GetValueOrDefault(name) as KubeconfigMapping;

        public YamlNode? Node(string name) => fields.GetValueOrDefault(name);

        public IEnumerable<KubeconfigMapping> Mappings(string name) =>
            fields.GetValueOrDefault(name) is KubeconfigSequence sequence ? sequence.Items.OfType<KubeconfigMapping>() : [];

        public IReadOnlyList<string> Texts(string name) =>
            fields.GetValueOrDefault(name) is KubeconfigSequence sequence
                ? [.. sequence.Items.OfType<KubeconfigScalar>().Select(item => item.Text)]
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
