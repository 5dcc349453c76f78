using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>Renders the PrometheusRule of a Milvus.</summary>
internal static class AlertRuleObject
{
    /// <summary>The labels that this module sets.</summary>
    public static IReadOnlySet<string> OwnLabels { get; } = new HashSet<string> { FittedMonitor.MarkLabel, AlertRuleMark.ManagedByLabel };

    /// <summary>
    /// The PrometheusRule of a Milvus. Beside the Prometheus there may be those of several Milvus of one name; no namespace has a dot.
    /// </summary>
    /// <param name="home">The namespace of the Milvus.</param>
    /// <param name="name">The name of the Milvus.</param>
    /// <param name="place">The namespace of the PrometheusRule.</param>
    public static ResourceId IdOf(string home, string name, string place) =>
        ResourceType.PrometheusRule.IdOf(
            place,
            ObjectNames.FitSubdomain(place == home ? $"milvus-{name}" : $"milvus-{home}.{name}"));

    /// <summary>The labels of the PrometheusRule but for those by which a Prometheus selects.</summary>
    public static IReadOnlyDictionary<string, string> CreateLabels(AlertRuleOptions options) =>
        new Dictionary<string, string>(options.AdditionalLabels, StringComparer.Ordinal)
        {
            [FittedMonitor.MarkLabel] = MilvusChart.Name,
            [AlertRuleMark.ManagedByLabel] = FieldManagerEntry.OurName,
        };

    /// <summary>Renders the PrometheusRule.</summary>
    /// <param name="scope">The Milvus.</param>
    /// <param name="id">The id of the PrometheusRule.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="rules">The rules that are not left out.</param>
    /// <param name="options">What the user asks for.</param>
    public static JsonObject Render(
        MilvusSeries scope,
        ResourceId id,
        IReadOnlyDictionary<string, string> labels,
        IEnumerable<ChosenRule> rules,
        AlertRuleOptions options) => new()
        {
            ["apiVersion"] = ResourceType.PrometheusRule.ApiVersion,
            ["kind"] = id.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = id.Name,
                ["namespace"] = id.Namespace,
                ["labels"] = WriteMap(labels),
                ["annotations"] = new JsonObject { [AlertRuleMark.OwnerAnnotation] = scope.ToString() },
            },
            ["spec"] = new JsonObject
            {
                ["groups"] = new JsonArray(
            [
                .. rules.GroupBy(rule => rule.Rule.Group).Select(group => new JsonObject
                {
                    ["name"] = $"milvus-{scope.Name}.{group.Key}",
                    ["rules"] = new JsonArray([.. group.Select(rule => Render(scope, rule, options))]),
                }),
            ]),
            },
        };

    /// <summary>Renders a rule as rule files have it.</summary>
    public static JsonObject Render(MilvusSeries scope, ChosenRule chosen, AlertRuleOptions options)
    {
        var rule = chosen.Rule;
        var json = new JsonObject { ["alert"] = rule.Name, ["expr"] = rule.WriteExpression(scope, chosen.Threshold) };
        if (chosen.For > TimeSpan.Zero)
        {
            json["for"] = PromText.Format(chosen.For);
        }

        json["labels"] = new JsonObject
        {
            [AlertWords.Severity] = rule.Severity,
            [AlertWords.Namespace] = scope.Namespace,
            [AlertWords.Instance] = scope.Name,
        };
        var annotations = new JsonObject
        {
            [AlertWords.Summary] = $"Milvus {scope}: {rule.Summary}",
            [AlertWords.Description] = rule.Description,
        };
        if (options.FindRunbook(rule.Name) is { } runbook)
        {
            annotations[AlertWords.Runbook] = runbook;
        }

        json["annotations"] = annotations;
        return json;
    }

    private static JsonObject WriteMap(IReadOnlyDictionary<string, string> map) =>
        new(map
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, entry.Value)));
}
