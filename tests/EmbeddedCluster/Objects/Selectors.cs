using System.Text.Json.Nodes;
using EmbeddedCluster.Serving;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Objects;

/// <summary>Label selectors and field selectors, in objects and in queries.</summary>
internal static class Selectors
{
    /// <summary>A selector as workloads have it: matchLabels and matchExpressions. None selects nothing.</summary>
    public static bool Matches(JsonObject? selector, JsonObject? labels)
    {
        if (selector is null)
        {
            return false;
        }

        string? Label(string key) => labels?.Text(key);
        return (selector["matchLabels"] as JsonObject ?? []).All(each => Label(each.Key) == (string?)each.Value)
            && selector
                .Items("matchExpressions")
                .All(each =>
                    MatchesExpression(
                        Label(each.Text("key") ?? ""),
                        each.Text("operator") ?? "",
                        [.. (each["values"] as JsonArray ?? []).Select(value => (string?)value ?? "")]));
    }

    public static Func<StoredObject, bool>? Labels(string query)
    {
        if (query.Length == 0)
        {
            return null;
        }

        var tests = SplitTop(query).Select(ParseLabel).ToList();
        return candidate => tests.TrueForAll(test => test(candidate.Labels));
    }

    public static Func<StoredObject, bool>? Fields(string query)
    {
        if (query.Length == 0)
        {
            return null;
        }

        var tests = query.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(ParseField).ToList();
        return candidate => tests.TrueForAll(test => test(candidate));
    }

    private static bool MatchesExpression(string? value, string operation, string[] values) => operation switch
    {
        "In" => value is not null && values.Contains(value),
        "NotIn" => value is null || !values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        _ => false,
    };

    private static IEnumerable<string> SplitTop(string query)
    {
        var start = 0;
        var depth = 0;
        for (var at = 0; at < query.Length; at++)
        {
            depth += query[at] switch { '(' => 1, ')' => -1, _ => 0 };
            if (query[at] == ',' && depth == 0)
            {
                yield return query[start..at].Trim();
                start = at + 1;
            }
        }

        yield return query[start..].Trim();
    }

    private static Func<IReadOnlyDictionary<string, string>, bool> ParseLabel(string term)
    {
        Func<IReadOnlyDictionary<string, string>, bool> Test(string key, string operation, params string[] values) =>
            labels => MatchesExpression(labels.GetValueOrDefault(key.Trim()), operation, values);

        var open = term.IndexOf('(', StringComparison.Ordinal);
        if (open > 0 && term.EndsWith(')'))
        {
            var words = term[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var values = term[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries);
            return words switch
            {
                [var key, "in"] => Test(key, "In", values),
                [var key, "notin"] => Test(key, "NotIn", values),
                _ => throw Unparsable(term),
            };
        }

        if (term.Split("!=") is [var left, var right])
        {
            return Test(left, "NotIn", right.Trim());
        }

        if (term.Replace("==", "=", StringComparison.Ordinal).Split('=') is [var name, var value])
        {
            return Test(name, "In", value.Trim());
        }

        return term.StartsWith('!') ? Test(term[1..], "DoesNotExist")
            : term.Contains(' ', StringComparison.Ordinal) || term.Length == 0 ? throw Unparsable(term)
            : Test(term, "Exists");
    }

    private static Func<StoredObject, bool> ParseField(string term)
    {
        var negated = term.Contains("!=", StringComparison.Ordinal);
        var parts = term.Replace("!=", "=", StringComparison.Ordinal).Replace("==", "=", StringComparison.Ordinal).Split('=', 2);
        if (parts.Length != 2)
        {
            throw ApiException.BadRequest(
                $"Unable to find \"/, Resource=\" that match label selector \"\", field selector \"{term}\": invalid selector: "
                    + $"'{term}'; can't understand '{term}'"
            );
        }

        var (field, value) = (parts[0].Trim(), parts[1].Trim());
        Func<StoredObject, string> read = field switch
        {
            "metadata.name" => candidate => candidate.Name,
            "metadata.namespace" => candidate => candidate.Namespace,
            "status.phase"
            or "type"
            or "spec.nodeName"
            or "spec.type"
            or "involvedObject.name"
            or "involvedObject.uid"
            or "involvedObject.kind"
            or "involvedObject.namespace"
            or "reason"
            or "status.podIP"
            or "spec.serviceAccountName"
            or "spec.clusterIP" => candidate => candidate.ReadRest().At(field)?.ToString() ?? "",
            _ => throw ApiException.BadRequest($"field label not supported: {field}"),
        };
        return candidate => (read(candidate) == value) != negated;
    }

    private static ApiException Unparsable(string term) =>
        ApiException.BadRequest($"unable to parse requirement: found '{term}', expected: in, notin, =, ==, !=");
}
