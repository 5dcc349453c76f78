using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>The stateful set that the operator makes of a Prometheus or an Alertmanager.</summary>
internal static class StatefulSets
{
    private const int ReloaderPort = 8080;

    public static int PortOf(string product) => product == "prometheus" ? 9090 : 9093;

    public static JsonObject For(ResourceKind kind, StoredObject item, JsonObject value, string product, string name, long replicas)
    {
        var set = Seed.Object("apps/v1", "StatefulSet", item.Namespace, name);
        var metadata = set.Child("metadata");
        metadata["labels"] = new JsonObject { ["managed-by"] = "prometheus-operator", [$"operator.prometheus.io/name"] = item.Name };
        foreach (var (key, label) in item.Labels)
        {
            metadata.Child("labels")[key] = label;
        }

        metadata["ownerReferences"] = new JsonArray(PodFactory.Owner(kind.ApiVersion, kind.Kind, item));
        var identity = Identity(item.Name, product);
        set["spec"] = new JsonObject
        {
            ["serviceName"] = $"{product}-operated",
            ["podManagementPolicy"] = "Parallel",
            ["selector"] = new JsonObject { ["matchLabels"] = identity.Copy() },
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = identity.Copy() } },
        };
        Adjust(set, value, product, replicas);
        return set;
    }

    /// <summary>Follows what may change in the custom resource.</summary>
    public static bool Adjust(JsonObject set, JsonObject value, string product, long replicas)
    {
        var spec = set.Child("spec");
        spec["replicas"] = replicas;
        var template = spec.Child("template");
        foreach (var (key, label) in value.At("spec.podMetadata.labels") as JsonObject ?? [])
        {
            // The operator's own labels win.
            template.Child("metadata").Child("labels").Default(key, label?.DeepClone());
        }

        var pod = template.Child("spec");
        pod["serviceAccountName"] = value.At("spec.serviceAccountName")?.DeepClone() ?? "default";
        pod.Default(
            "containers",
            new JsonArray(
                new JsonObject
                {
                    ["name"] = product,
                    ["ports"] = new JsonArray(new JsonObject { ["name"] = "web", ["containerPort"] = PortOf(product) }),
                },
                new JsonObject
                {
                    ["name"] = "config-reloader",
                    ["ports"] = new JsonArray(new JsonObject { ["name"] = "reloader-web", ["containerPort"] = ReloaderPort }),
                }));
        pod.Items("containers").First()["image"] = value.At("spec.image")?.DeepClone() ?? $"quay.io/prometheus/{product}";
        return true;
    }

    private static JsonObject Identity(string name, string product) => new()
    {
        // The plain label is what releases up to 0.8 select by.
        ["app"] = product,
        [product] = name,
        ["app.kubernetes.io/name"] = product,
        ["app.kubernetes.io/instance"] = name,
        ["app.kubernetes.io/managed-by"] = "prometheus-operator",
    };
}
