using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Serving;

/// <summary>The columns between name and age of built-in kinds that people look at here.</summary>
internal static class BuiltInColumns
{
    public static IReadOnlyList<PrinterColumn> For(ResourceKind kind) =>
        kind.Kind switch
        {
            "Namespace" => [Column("Status", ".status.phase")],
            "Pod" => [Column("Ready", "@pod-ready"), Column("Status", "@pod-status"), Column("Restarts", "@zero")],
            "Deployment" =>
            [
                Column("Ready", "@deployment-ready"),
                Count("Up-to-date", ".status.updatedReplicas"),
                Count("Available", ".status.availableReplicas"),
            ],
            "StatefulSet" => [Column("Ready", "@deployment-ready")],
            "DaemonSet" =>
            [
                Count("Desired", ".status.desiredNumberScheduled"),
                Count("Current", ".status.currentNumberScheduled"),
                Count("Ready", ".status.numberReady"),
                Count("Up-to-date", ".status.updatedNumberScheduled"),
                Count("Available", ".status.numberAvailable"),
            ],
            "Service" => [Column("Type", ".spec.type"), Column("Cluster-IP", ".spec.clusterIP"), Column("Port(s)", "@service-ports")],
            "ConfigMap" => [Column("Data", "@data")],
            "Secret" => [Column("Type", ".type"), Column("Data", "@data")],
            "CustomResourceDefinition" => [new("Created At", "string", ".metadata.creationTimestamp", 0, "", "")],
            "APIService" => [Column("Service", "@api-service"), Column("Available", "@api-available")],
            "ClusterRoleBinding" or "RoleBinding" => [Column("Role", "@role")],
            "Node" => [Column("Status", "@node-status"), Column("Version", ".status.nodeInfo.kubeletVersion")],
            _ => [],
        };

    public static JsonNode? Compute(string column, JsonObject value)
    {
        switch (column)
        {
            case "@zero":
                return 0;
            case "@data":
                return (value["data"] as JsonObject)?.Count ?? 0;
            case "@deployment-ready":
                return $"{value.At("status.readyReplicas") ?? 0}/{value.At("spec.replicas") ?? 0}";
            case "@pod-ready":
                var containers = value.Child("status").Items("containerStatuses").ToList();
                return $"{containers.Count(each => (bool?)each["ready"] == true)}/{value.Child("spec").Items("containers").Count()}";
            case "@pod-status":
                return value.At("metadata.deletionTimestamp") is null ? value.At("status.phase")?.ToString() : "Terminating";
            case "@service-ports":
                return string.Join(',', value.Child("spec").Items("ports").Select(each => $"{each["port"]}/{each["protocol"]}"));
            case "@api-service":
                return value.At("spec.service") is JsonObject service ? $"{service["namespace"]}/{service["name"]}" : "Local";
            case "@api-available":
                var available = value.Child("status").Items("conditions").FirstOrDefault(each => each.Text("type") == "Available");
                return available?.Text("status") == "False"
                    ? $"False ({available.Text("reason")})"
                    : available?.Text("status") ?? "Unknown";
            case "@role":
                return $"{value.At("roleRef.kind")}/{value.At("roleRef.name")}";
            case "@node-status":
                return "Ready";
            default:
                throw new ArgumentOutOfRangeException(nameof(column), column, "no such column");
        }
    }

    private static PrinterColumn Column(string name, string path) => new(name, "string", path, 0, "", "");

    private static PrinterColumn Count(string name, string path) => new(name, "integer", path, 0, "", "");
}
