using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>Evaluates the label selectors of objects: <c>matchLabels</c> and <c>matchExpressions</c>, all of which must hold.</summary>
internal static class LabelSelector
{
    /// <summary>Whether a selector selects labels.</summary>
    /// <param name="selector">The selector. An empty selector selects everything, a missing selector nothing.</param>
    public static bool Selects(JsonElement selector, IReadOnlyDictionary<string, string> labels) =>
        selector.ValueKind == JsonValueKind.Object
        && selector.TextMap("matchLabels").All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value)
        && selector.Items("matchExpressions").All(expression => Holds(expression, labels));

    /// <summary>The labels that a selector asks for; of several allowed values the first.</summary>
    public static IReadOnlyDictionary<string, string> ReadWanted(JsonElement selector)
    {
        var wanted = new Dictionary<string, string>(selector.TextMap("matchLabels"), StringComparer.Ordinal);
        foreach (var expression in selector.Items("matchExpressions").Where(expression => expression.Text("operator") == "In"))
        {
            if (expression.Text("key") is { } key && expression.Texts("values").FirstOrDefault() is { } value)
            {
                wanted.TryAdd(key, value);
            }
        }

        return wanted;
    }

    /// <summary>Describes a selector as kubectl does: <c>release=kps,tier in (a,b)</c>.</summary>
    public static string Describe(JsonElement selector) =>
        string.Join(
            ',',
            selector
                .TextMap("matchLabels")
                .Select(label => $"{label.Key}={label.Value}")
                .Concat(selector.Items("matchExpressions").Select(DescribeExpression)));

    private static bool Holds(JsonElement expression, IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(expression.Text("key") ?? string.Empty);
        return expression.Text("operator") switch
        {
            "In" => value is not null && expression.Texts("values").Contains(value, StringComparer.Ordinal),
            "NotIn" => value is null || !expression.Texts("values").Contains(value, StringComparer.Ordinal),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }

    private static string DescribeExpression(JsonElement expression) => expression.Text("operator") switch
    {
        "Exists" => $"{expression.Text("key")}",
        "DoesNotExist" => $"!{expression.Text("key")}",
        "NotIn" => $"{expression.Text("key")} notin ({string.Join(',', expression.Texts("values"))})",
        _ => $"{expression.Text("key")} in ({string.Join(',', expression.Texts("values"))})",
    };
}
