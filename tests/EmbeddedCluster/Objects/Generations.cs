using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;

namespace EmbeddedCluster.Objects;

/// <summary>Which objects count their changes in metadata.generation, and which changes count.</summary>
internal static class Generations
{
    private static readonly HashSet<string> s_kinds =
    [
        "Deployment",
        "DaemonSet",
        "StatefulSet",
        "ReplicaSet",
        "ReplicationController",
        "Job",
        "CronJob",
        "NetworkPolicy",
        "Ingress",
        "IngressClass",
        "PodDisruptionBudget",
        "EndpointSlice",
        "CustomResourceDefinition",
        "FlowSchema",
        "PriorityLevelConfiguration",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "PriorityClass",
    ];

    public static bool Has(ResourceKind kind) => kind.Custom is not null || s_kinds.Contains(kind.Kind);

    /// <summary>Whether anything but metadata and, where it is a subresource, status changes.</summary>
    public static bool Moves(ResourceKind kind, JsonObject before, JsonObject after)
    {
        static IEnumerable<string> Keys(JsonObject value) => value.Select(each => each.Key);
        return Keys(before).Union(Keys(after))
            .Where(key => key is not ("apiVersion" or "kind" or "metadata") && (key != "status" || !kind.HasStatus))
            .Any(key => !JsonNode.DeepEquals(before[key], after[key]));
    }
}
