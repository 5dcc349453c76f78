using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>
/// Label selectors, as those of ServiceMonitors and of a Prometheus that selects them: against what Kubernetes says of them, one
/// requirement after the other.
/// </summary>
internal static class SelectorTarget
{
    private static readonly string[] Keys = ["app", "release", "tier", "a.b/c"];
    private static readonly string[] Values = ["", "milvus", "kps", "x"];
    private static readonly string[] Operators = ["In", "NotIn", "Exists", "DoesNotExist"];
    private static readonly Mutator Selectors = new(
        [
            """{"matchLabels":{"app":"milvus","release":"kps"},"matchExpressions":[{"key":"tier","operator":"In","values":["a","b"]},{"key":"x","operator":"Exists"}]}""",
        ],
        [
            "\"matchLabels\":null,",
            "\"matchLabels\":{\"a\":1},",
            "\"matchLabels\":{\"a\":\"1\",\"a\":\"2\"},",
            "\"values\":null",
            "\"operator\":null",
            "\"key\":null",
            "\"matchExpressions\":[null]",
            "\"\\ud800\":",
        ]);

    public static void TryOne(Random random)
    {
        var labels = Keys.Where(_ => random.Next(2) == 0).ToDictionary(key => key, _ => Pick(Values, random));
        if (random.Next(2) == 0)
        {
            if (Documents.Next(Selectors, random) is { } hostile)
            {
                LabelSelector.Selects(hostile, labels);
                LabelSelector.Describe(hostile);
            }

            return;
        }

        var wanted = Keys.Where(_ => random.Next(3) == 0).ToDictionary(key => key, _ => Pick(Values, random));
        var expressions = Enumerable
            .Range(0, random.Next(3))
            .Select(_ =>
                (Key: Pick(Keys, random), Operator: Pick(Operators, random), Values: Values.Where(_ => random.Next(2) == 0).ToList()))
            .ToList();
        var selector = new JsonObject
        {
            ["matchLabels"] = new JsonObject(wanted.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
            ["matchExpressions"] = new JsonArray([
                .. expressions.Select(each =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["key"] = each.Key,
                            ["operator"] = each.Operator,
                            ["values"] = new JsonArray([.. each.Values.Select(value => (JsonNode)value)]),
                        }),
            ]),
        };
        var expected = true;
        foreach (var (key, value) in wanted)
        {
            expected &= labels.TryGetValue(key, out var held) && held == value;
        }

        foreach (var (key, operation, values) in expressions)
        {
            var has = labels.TryGetValue(key, out var held);
            expected &= operation switch
            {
                "In" => has && values.Contains(held!),
                "NotIn" => !(has && values.Contains(held!)),
                "Exists" => has,
                _ => !has,
            };
        }

        PropertyException.Check(LabelSelector.Selects(JsonSerializer.SerializeToElement(selector), labels) == expected, () =>
            $"{selector.ToJsonString()} should {(expected ? "" : "not ")}select {string.Join(',', labels)}");
    }

    private static string Pick(string[] from, Random random) => from[random.Next(from.Length)];
}
