using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What an installation leaves in a cluster, without what differs from cluster to cluster: uids, resource versions, times, addresses, status.</summary>
internal static class StackState
{
    private const string Manager = "milvus-monitoring";

    private static readonly Lazy<Task<IReadOnlyList<string>>> s_undisturbed = new(InstallUndisturbedAsync);

    /// <summary>Fails the test where the cluster is not as after an installation that nothing disturbed.</summary>
    public static async Task AssertCompleteAsync(Cluster cluster) => Assert.Equal(await s_undisturbed.Value, Of(cluster));

    private static async Task<IReadOnlyList<string>> InstallUndisturbedAsync()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        return Of(stage.Cluster);
    }

    private static IReadOnlyList<string> Of(Cluster cluster) =>
        [.. Kinds.SelectMany(kind => cluster.List(kind.ApiVersion, kind.Kind)).Where(IsApplied).Select(Plain)];

    private static (string ApiVersion, string Kind)[] Kinds =>
    [
        ("v1", "Namespace"), ("v1", "ConfigMap"), ("v1", "Secret"), ("v1", "Service"), ("v1", "ServiceAccount"),
        ("apps/v1", "Deployment"), ("apps/v1", "DaemonSet"), ("policy/v1", "PodDisruptionBudget"), ("networking.k8s.io/v1", "NetworkPolicy"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"), ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
        ("rbac.authorization.k8s.io/v1", "Role"), ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("apiregistration.k8s.io/v1", "APIService"),
        ("monitoring.coreos.com/v1", "Prometheus"), ("monitoring.coreos.com/v1", "Alertmanager"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"), ("monitoring.coreos.com/v1", "PrometheusRule"),
    ];

    private static bool IsApplied(JsonObject item) =>
        item["metadata"]!["managedFields"]?.AsArray().Any(entry => (string?)entry!["manager"] == Manager) is true;

    private static string Plain(JsonObject item)
    {
        var metadata = item["metadata"]!.AsObject();
        var owned = metadata["managedFields"]!.AsArray()
            .Where(entry => (string?)entry!["manager"] == Manager)
            .Select(entry => $"{entry!["operation"]} {entry["subresource"]} {entry["fieldsV1"]}");
        var plain = new JsonObject
        {
            ["kind"] = (string?)item["kind"],
            ["namespace"] = (string?)metadata["namespace"],
            ["name"] = (string?)metadata["name"],
            ["labels"] = metadata["labels"]?.DeepClone(),
            ["owned"] = string.Join(' ', owned),
        };
        foreach (var (name, value) in item.Where(member => member.Key is not ("apiVersion" or "kind" or "metadata" or "status" or "binaryData")))
        {
            plain[name] = value?.DeepClone();
        }

        if ((string?)item["kind"] == "Service")
        {
            plain["spec"]!.AsObject().Remove("clusterIP");
            plain["spec"]!.AsObject().Remove("clusterIPs");
        }

        return plain.ToJsonString();
    }
}
