using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;

namespace EmbeddedCluster.Objects;

/// <summary>Values that a server fills in. Only those that clients see and compare.</summary>
internal static class Defaults
{
    public static void Apply(ClusterState state, ResourceKind kind, JsonObject value, bool isNew)
    {
        if (kind.Custom is { } custom)
        {
            if (custom.Schema is JsonObject schema)
            {
                SchemaRules.Prune(value, schema);
                SchemaRules.ApplyDefaults(value, schema);
            }

            return;
        }

        switch (kind.Kind)
        {
            case "Namespace":
                ApplyNamespace(state, value, isNew);
                break;
            case "Service":
                ServiceDefaults.Apply(state, value);
                break;
            case "Deployment" or "DaemonSet" or "StatefulSet" or "ReplicaSet":
                WorkloadDefaults.Apply(kind.Kind, value, isNew);
                break;
            case "Pod":
                WorkloadDefaults.ApplyPodSpec(value.Child("spec"));
                break;
            case "Secret":
                ApplySecret(value);
                break;
            case "ClusterRoleBinding" or "RoleBinding":
                ApplyBinding(value);
                break;
            case "CustomResourceDefinition":
                ApplyDefinition(value, isNew);
                break;
            case "APIService" when value["spec"] is JsonObject spec:
                (spec["service"] as JsonObject)?.Default("port", 443);
                break;
            case "NetworkPolicy":
                ApplyNetworkPolicy(value.Child("spec"));
                break;
            default:
                break;
        }
    }

    private static void ApplyNamespace(ClusterState state, JsonObject value, bool isNew)
    {
        if (isNew)
        {
            value.Child("spec").Default("finalizers", new JsonArray("kubernetes"));
            value.Child("status").Default("phase", "Active");
        }

        // The label came with 1.21.
        var metadata = value.Child("metadata");
        if (state.Minor >= 21 && metadata.Text("name") is { } name)
        {
            metadata.Child("labels").Default("kubernetes.io/metadata.name", name);
        }
    }

    private static void ApplySecret(JsonObject value)
    {
        value.Default("type", "Opaque");
        if (value["stringData"] is JsonObject texts)
        {
            var data = value.Child("data");
            foreach (var (key, text) in texts)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes((string?)text ?? ""));
            }

            value.Remove("stringData");
        }
    }

    private static void ApplyBinding(JsonObject value)
    {
        (value["roleRef"] as JsonObject)?.Default("apiGroup", "rbac.authorization.k8s.io");
        foreach (var subject in value.Items("subjects"))
        {
            if (subject.Text("kind") is "User" or "Group")
            {
                subject.Default("apiGroup", "rbac.authorization.k8s.io");
            }
        }
    }

    private static void ApplyDefinition(JsonObject value, bool isNew)
    {
        var spec = value.Child("spec");
        spec.Default("conversion", new JsonObject { ["strategy"] = "None" });
        var names = spec.Child("names");
        var kind = names.Text("kind") ?? "";
        names.Default("singular", kind.ToLowerInvariant());
        names.Default("listKind", kind + "List");
        if (isNew)
        {
            var stored = spec.Items("versions").Where(each => (bool?)each["storage"] == true).Select(each => (JsonNode?)each.Text("name"));
            value["status"] = new JsonObject
            {
                ["conditions"] = null,
                ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
                ["storedVersions"] = new JsonArray([.. stored]),
            };
        }
    }

    private static void ApplyNetworkPolicy(JsonObject spec)
    {
        if (spec["policyTypes"] is null)
        {
            spec["policyTypes"] = spec["egress"] is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress");
        }

        foreach (var port in spec.Items("ingress").Concat(spec.Items("egress")).SelectMany(each => each.Items("ports")))
        {
            port.Default("protocol", "TCP");
        }
    }
}
