using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Campaigns;

/// <summary>
/// What is in an embedded cluster, without what differs from cluster to cluster: uids, resource versions, times, addresses, status.
/// </summary>
public static class ClusterContents
{
    private const string Manager = "milvus-monitoring";

    private static readonly (string ApiVersion, string Kind)[] Kinds =
    [
        ("v1", "Namespace"),
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "Service"),
        ("v1", "ServiceAccount"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "DaemonSet"),
        ("policy/v1", "PodDisruptionBudget"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
        ("rbac.authorization.k8s.io/v1", "Role"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("apiregistration.k8s.io/v1", "APIService"),
        ("monitoring.coreos.com/v1", "Prometheus"),
        ("monitoring.coreos.com/v1", "Alertmanager"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"),
        ("monitoring.coreos.com/v1", "PrometheusRule"),
    ];

    /// <summary>What the module has applied.</summary>
    public static IReadOnlyList<string> Applied(Cluster cluster) =>
        [.. All(cluster).Where(IsApplied).Select(item => Plain(item, withGeneration: false))];

    /// <summary>Everything of the kinds that a stack is made of, whoever made it, and how often each object has been changed.</summary>
    public static IReadOnlyList<string> Everything(Cluster cluster) => [.. All(cluster).Select(item => Plain(item, withGeneration: true))];

    private static IEnumerable<JsonObject> All(Cluster cluster) => Kinds.SelectMany(kind => List(cluster, kind.ApiVersion, kind.Kind));

    /// <summary>A kind that is not defined, or no longer, has no objects.</summary>
    private static IReadOnlyList<JsonObject> List(Cluster cluster, string apiVersion, string kind)
    {
        try
        {
            return cluster.List(apiVersion, kind);
        }
        catch (ArgumentException)
        {
            return [];
        }
    }

    private static bool IsApplied(JsonObject item) => Entries(item).Any();

    private static IEnumerable<JsonNode> Entries(JsonObject item) =>
        (item["metadata"]!["managedFields"]?.AsArray() ?? []).OfType<JsonNode>().Where(entry => (string?)entry["manager"] == Manager);

    private static string Plain(JsonObject item, bool withGeneration)
    {
        var metadata = item["metadata"]!.AsObject();
        var plain = new JsonObject
        {
            ["kind"] = (string?)item["kind"],
            ["namespace"] = (string?)metadata["namespace"],
            ["name"] = (string?)metadata["name"],
            ["labels"] = metadata["labels"]?.DeepClone(),
            ["annotations"] = metadata["annotations"]?.DeepClone(),
            ["owned"] = string.Join(' ', Entries(item).Select(entry => $"{entry["operation"]} {entry["subresource"]} {entry["fieldsV1"]}")),
        };
        if (withGeneration)
        {
            plain["generation"] = metadata["generation"]?.DeepClone();
        }

        foreach (
            var (name, value) in item.Where(member => member.Key is not ("apiVersion" or "kind" or "metadata" or "status" or "binaryData")))
        {
            plain[name] = value?.DeepClone();
        }

        if ((string?)item["kind"] == "Service")
        {
            plain["spec"]!.AsObject().Remove("clusterIP");
            plain["spec"]!.AsObject().Remove("clusterIPs");
        }

        if ((string?)item["kind"] == "ConfigMap" && (string?)metadata["name"] == "kube-root-ca.crt")
        {
            plain.Remove("data");
        }

        return plain.ToJsonString();
    }
}
