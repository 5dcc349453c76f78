using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MilvusMonitoring.Benchmarks.Parsing;

/// <summary>
/// The plain way from YAML to JSON: YamlDotNet's events, one file after the other, into a tree of nodes, and that into text.
/// </summary>
internal static class SimpleEventLoop
{
    public static int Read(IEnumerable<string> files)
    {
        var count = 0;
        foreach (var file in files)
        {
            using var reader = File.OpenText(file);
            var parser = new Parser(reader);
            parser.Consume<StreamStart>();
            while (!parser.Accept<StreamEnd>(out _))
            {
                parser.Consume<DocumentStart>();
                var root = Node(parser);
                parser.Consume<DocumentEnd>();
                if (root?["items"] is JsonArray items)
                {
                    count += items.Sum(item => Write(item) > 0 ? 1 : 0);
                }
                else
                {
                    count += Write(root) > 0 ? 1 : 0;
                }
            }
        }

        return count;
    }

    private static int Write(JsonNode? node) => JsonSerializer.SerializeToUtf8Bytes(node).Length;

    private static JsonNode? Node(Parser parser)
    {
        if (parser.TryConsume<MappingStart>(out _))
        {
            var mapping = new JsonObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.Consume<Scalar>().Value;
                mapping[key] = Node(parser);
            }

            return mapping;
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var sequence = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                sequence.Add(Node(parser));
            }

            return sequence;
        }

        var scalar = parser.Consume<Scalar>();
        return scalar.IsQuotedImplicit ? JsonValue.Create(scalar.Value) : Plain(scalar.Value);
    }

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}
