using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EmbeddedCluster.Serving;

/// <summary>Request bodies in YAML, which apply patches may be.</summary>
internal static partial class YamlBody
{
    public static JsonObject Parse(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        if (text.AsSpan().TrimStart().StartsWith("{"))
        {
            return BodyReader.ParseJson(bytes);
        }

        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            return Read(parser) as JsonObject ?? throw Broken("json: cannot unmarshal into Go value of type map[string]interface {}");
        }
        catch (YamlException exception)
        {
            // The parsers agree on what is wrong, but not on the words; faults of grammar count lines from 0 in Go.
            var line = exception is SemanticErrorException ? exception.Start.Line - 1 : exception.Start.Line;
            throw Broken($"yaml: line {line}: did not find expected node content");
        }
    }

    private static ApiException Broken(string why) => ApiException.BadRequest($"error decoding YAML: error converting YAML to JSON: {why}");

    private static JsonNode? Read(Parser parser)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return scalar.Style == ScalarStyle.Plain ? Plain(scalar.Value) : JsonValue.Create(scalar.Value);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                list.Add(Read(parser));
            }

            return list;
        }

        if (parser.TryConsume<AnchorAlias>(out _))
        {
            throw Broken("yaml: aliases are not read by the embedded cluster");
        }

        parser.Consume<MappingStart>();
        var map = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            map[parser.Consume<Scalar>().Value] = Read(parser);
        }

        return map;
    }

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when Integer().IsMatch(text) && long.TryParse(text, CultureInfo.InvariantCulture, out var integer) => JsonValue.Create(integer),
        _ when Number().IsMatch(text) => JsonValue.Create(double.Parse(text, CultureInfo.InvariantCulture)),
        _ => JsonValue.Create(text),
    };

    [GeneratedRegex(@"^[-+]?[0-9]+$")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();
}
