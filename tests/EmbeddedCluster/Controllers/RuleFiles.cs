using System.Text.Json.Nodes;
using EmbeddedCluster.Authorization;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>
/// The ConfigMap with the rule files of a Prometheus, as the Prometheus operator makes it of the PrometheusRules that the Prometheus
/// selects: one file for each, with its groups.
/// </summary>
internal sealed class RuleFiles(ClusterState state, ControllerWriter writer, string manager)
{
    private readonly ResourceKind _map = writer.Kind("v1", "ConfigMap");
    private readonly ResourceKind _namespace = writer.Kind("v1", "Namespace");

    /// <summary>The ConfigMap of a Prometheus.</summary>
    public static string NameOf(string prometheus) => $"prometheus-{prometheus}-rulefiles-0";

    /// <summary>Makes the ConfigMap, or brings it up to date.</summary>
    /// <param name="kind">The kind of the Prometheus.</param>
    /// <param name="item">The Prometheus.</param>
    /// <param name="rules">The kind of the rules.</param>
    public void Reconcile(ResourceKind kind, StoredObject item, ResourceKind rules)
    {
        var prometheus = item.Read(kind.ApiVersion, kind.Kind);
        var files = state.Store.List(rules.Id, null).Items
            .Where(rule => !rule.IsTerminating && IsSelected(prometheus.Child("spec"), item.Namespace, rule))
            .OrderBy(FileOf, StringComparer.Ordinal)
            .ToList();
        var data = new JsonObject(files.Select(rule => KeyValuePair.Create(
            FileOf(rule),
            (JsonNode?)new JsonObject { ["groups"] = rule.ReadRest().Child("spec")["groups"]?.DeepClone() }.ToJsonString())));
        var name = NameOf(item.Name);
        if (state.Store.Find(_map.Id, item.Namespace, name) is { } known)
        {
            writer.Update(_map, known, manager, null, live => Replace(live, data));
            return;
        }

        var map = Seed.Object("v1", "ConfigMap", item.Namespace, name);
        map.Child("metadata")["labels"] = new JsonObject
        {
            ["app.kubernetes.io/managed-by"] = "prometheus-operator",
            ["managed-by"] = "prometheus-operator",
            ["prometheus-name"] = item.Name,
        };
        map.Child("metadata")["ownerReferences"] = new JsonArray(PodFactory.Owner(kind.ApiVersion, kind.Kind, item));
        map["data"] = data;
        writer.Create(_map, map, manager);
    }

    private static string FileOf(StoredObject rule) => $"{rule.Namespace}-{rule.Name}-{rule.Uid}.yaml";

    private static bool Replace(JsonObject live, JsonObject data)
    {
        if (JsonNode.DeepEquals(live["data"], data))
        {
            return false;
        }

        live["data"] = data.DeepClone();
        return true;
    }

    private bool IsSelected(JsonObject spec, string? place, StoredObject rule)
    {
        if (!LabelSelector.Matches(spec["ruleSelector"], ToJson(rule.Labels)))
        {
            return false;
        }

        if (spec["ruleNamespaceSelector"] is not { } places)
        {
            return rule.Namespace == place;
        }

        return state.Store.Find(_namespace.Id, string.Empty, rule.Namespace!) is { } home
            && LabelSelector.Matches(places, ToJson(home.Labels));
    }

    private static JsonObject ToJson(IReadOnlyDictionary<string, string> labels) =>
        new(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
}
