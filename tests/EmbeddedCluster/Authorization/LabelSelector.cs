using System.Text.Json.Nodes;

namespace EmbeddedCluster.Authorization;

/// <summary>The LabelSelector of objects: matchLabels and matchExpressions, all of which must hold.</summary>
internal static class LabelSelector
{
    /// <summary>Whether the labels fit. A selector without conditions fits everything, none at all fits nothing.</summary>
    public static bool Matches(JsonNode? selector, JsonNode? labels)
    {
        if (selector is null)
        {
            return false;
        }

        return (selector["matchLabels"] as JsonObject ?? []).All(wanted => (string?)labels?[wanted.Key] == (string?)wanted.Value)
            && (selector["matchExpressions"] as JsonArray ?? []).All(expression => Holds(expression!, labels));
    }

    private static bool Holds(JsonNode expression, JsonNode? labels)
    {
        var value = (string?)labels?[(string)expression["key"]!];
        var values = (expression["values"] as JsonArray ?? []).Select(item => (string?)item);
        return (string?)expression["operator"] switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }
}
