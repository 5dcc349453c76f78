using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>Label selectors as they stand in objects: <c>matchLabels</c> and <c>matchExpressions</c>, all of which must hold.</summary>
internal static class LabelSelector
{
    /// <summary>Whether a selector selects labels.</summary>
    /// <param name="selector">The selector; an empty one selects everything, a missing one nothing.</param>
    /// <param name="labels">The labels.</param>
    /// <returns>Whether it does.</returns>
    public static bool Selects(JsonElement selector, IReadOnlyDictionary<string, string> labels) =>
        selector.ValueKind == JsonValueKind.Object
        && selector.TextMap("matchLabels").All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value)
        && selector.Items("matchExpressions").All(expression => Holds(expression, labels));

    /// <summary>The selector as kubectl writes it, for messages: <c>release=kps,tier in (a,b)</c>.</summary>
    public static string Describe(JsonElement selector) =>
        string.Join(
            ',',
            selector
                .TextMap("matchLabels")
                .Select(label => $"{label.Key}={label.Value}")
                .Concat(selector.Items("matchExpressions").Select(Describe1)));

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

    private static string Describe1(JsonElement expression) => expression.Text("operator") switch
    {
        "Exists" => $"{expression.Text("key")}",
        "DoesNotExist" => $"!{expression.Text("key")}",
        "NotIn" => $"{expression.Text("key")} notin ({string.Join(',', expression.Texts("values"))})",
        _ => $"{expression.Text("key")} in ({string.Join(',', expression.Texts("values"))})",
    };
}
