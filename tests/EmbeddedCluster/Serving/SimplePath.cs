using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EmbeddedCluster.Serving;

/// <summary>The JSON paths that printer columns use: fields, indexes, and one filter by equality.</summary>
internal static partial class SimplePath
{
    public static JsonNode? Read(JsonNode? value, string path)
    {
        foreach (Match step in Step().Matches(path))
        {
            if (value is null)
            {
                return null;
            }

            value = step.Groups switch
            {
                var groups when groups["key"].Success => (value as JsonArray)?.FirstOrDefault(each =>
                    each?[groups["key"].Value]?.ToString() == groups["value"].Value),
                var groups when groups["index"].Success => value is JsonArray list
                && int.Parse(groups["index"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) is var at
                && at < list.Count
                    ? list[at]
                    : null,
                var groups => (value as JsonObject)?[groups["name"].Value.Replace("\\.", ".", StringComparison.Ordinal)],
            };
        }

        return value;
    }

    [GeneratedRegex(@"\.(?<name>(\\\.|[^.\[\]])+)|\[(?<index>\d+)\]|\[\?\(\s*@\.(?<key>\w+)\s*==\s*['""](?<value>[^'""]*)['""]\s*\)\]")]
    private static partial Regex Step();
}
