using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>One step of a field path, in the spelling of <c>fieldsV1</c>: <c>f:name</c>, <c>k:{"name":"a"}</c>, <c>v:"text"</c>.</summary>
internal readonly record struct PathElement(string Text) : IComparable<PathElement>
{
    // Order in which a server writes the kinds of steps.
    private const string KindOrder = "fkvi";

    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool IsField => Text.StartsWith("f:", StringComparison.Ordinal);

    /// <summary>What follows the kind: a field's name, or the JSON of a key or value.</summary>
    public string Name => Text[2..];

    public static PathElement Field(string name) => new("f:" + name);

    public static PathElement Key(IEnumerable<KeyValuePair<string, JsonNode?>> keys)
    {
        var sorted = new JsonObject();
        foreach (var (name, value) in keys.OrderBy(key => key.Key, StringComparer.Ordinal))
        {
            sorted[name] = value?.DeepClone();
        }

        return new PathElement("k:" + sorted.ToJsonString(Plain));
    }

    public static PathElement Value(JsonNode? value) => new("v:" + (value?.ToJsonString(Plain) ?? "null"));

    /// <summary>The spelling of conflict messages: <c>.image</c>, <c>[name="a"]</c>, <c>[="text"]</c>.</summary>
    public string Display() =>
        Text[0] switch
        {
            'f' => "." + Name,
            'k' => "["
                + string.Join(
                    ',',
                    JsonNode.Parse(Name)!.AsObject().Select(key => key.Key + "=" + (key.Value?.ToJsonString(Plain) ?? "null")))
                + "]",
            'v' => "[=" + Name + "]",
            _ => "[" + Name + "]",
        };

    public int CompareTo(PathElement other)
    {
        var kind = KindOrder
            .IndexOf(Text[0], StringComparison.Ordinal)
            .CompareTo(KindOrder.IndexOf(other.Text[0], StringComparison.Ordinal));
        if (kind != 0 || Text == other.Text)
        {
            return kind;
        }

        return IsField
            ? string.CompareOrdinal(Text, other.Text)
            : CompareValues(JsonNode.Parse(Name), JsonNode.Parse(other.Name));
    }

    private static int CompareValues(JsonNode? left, JsonNode? right)
    {
        if (left is JsonObject leftKeys && right is JsonObject rightKeys)
        {
            foreach (var (one, other) in leftKeys.Zip(rightKeys))
            {
                var order = string.CompareOrdinal(one.Key, other.Key);
                order = order != 0 ? order : CompareValues(one.Value, other.Value);
                if (order != 0)
                {
                    return order;
                }
            }

            return leftKeys.Count.CompareTo(rightKeys.Count);
        }

        var leftKind = left?.GetValueKind() ?? JsonValueKind.Null;
        var rightKind = right?.GetValueKind() ?? JsonValueKind.Null;
        return (leftKind, rightKind) switch
        {
            (JsonValueKind.Number, JsonValueKind.Number) => Number(left!).CompareTo(Number(right!)),
            (JsonValueKind.Number, _) => -1,
            (_, JsonValueKind.Number) => 1,
            (JsonValueKind.String, JsonValueKind.String) => string.CompareOrdinal(left!.GetValue<string>(), right!.GetValue<string>()),
            _ => string.CompareOrdinal(left?.ToJsonString(), right?.ToJsonString()),
        };
    }

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}
