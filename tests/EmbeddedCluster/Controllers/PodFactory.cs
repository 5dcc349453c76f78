using System.Text.Json.Nodes;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>Makes pods from templates, and their statuses.</summary>
internal static class PodFactory
{
    public const string NodeName = "node-1";
    public const string NodeAddress = "198.51.100.10";

    private static int s_addresses;

    public static JsonObject Owner(string apiVersion, string kind, StoredObject owner) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["name"] = owner.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    public static JsonObject FromTemplate(JsonObject template, string ns, JsonObject owner, params (string Key, string Value)[] labels)
    {
        var pod = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod" };
        var metadata = template["metadata"] is JsonObject given ? given.Copy() : [];
        metadata.Remove("creationTimestamp");
        metadata["namespace"] = ns;
        foreach (var (key, value) in labels)
        {
            metadata.Child("labels")[key] = value;
        }

        metadata["ownerReferences"] = new JsonArray(owner);
        pod["metadata"] = metadata;
        var spec = template.Child("spec").Copy();
        spec["nodeName"] = NodeName;
        pod["spec"] = spec;
        return pod;
    }

    public static void SetStatus(JsonObject pod, bool ready)
    {
        var status = pod.Child("status");
        var isHostNetwork = (bool?)pod.At("spec.hostNetwork") == true;
        status["phase"] = ready ? "Running" : "Pending";
        status["hostIP"] = NodeAddress;
        status.Default("startTime", ClusterState.Timestamp);
        if (status["podIP"] is null)
        {
            var number = Interlocked.Increment(ref s_addresses);
            var address = isHostNetwork ? NodeAddress : $"10.244.{(number / 250) % 250}.{(number % 250) + 2}";
            status["podIP"] = address;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address });
        }

        Set(status, "PodScheduled", "True", "", "");
        Set(status, "Initialized", "True", "", "");
        SetReadyConditions(status, ready);
        status["containerStatuses"] = new JsonArray([
            .. pod.Child("spec").Items("containers").Select(each => ContainerStatus(each, ready)),
        ]);
    }

    /// <summary>Of a pod that runs: whether it is ready, as its probe finds.</summary>
    public static void SetReady(JsonObject pod, bool ready)
    {
        var status = pod.Child("status");
        SetReadyConditions(status, ready);
        foreach (var container in status.Items("containerStatuses"))
        {
            container["ready"] = ready;
        }
    }

    public static void SetStopped(JsonObject pod)
    {
        SetReady(pod, ready: false);
        foreach (var container in pod.Child("status").Items("containerStatuses"))
        {
            container["started"] = false;
            container["state"] = new JsonObject
            {
                ["terminated"] = new JsonObject
                {
                    ["exitCode"] = 0,
                    ["reason"] = "Completed",
                    ["finishedAt"] = ClusterState.Timestamp,
                },
            };
        }
    }

    public static bool IsReady(JsonObject rest) =>
        rest.Child("status").Items("conditions").Any(each => each.Text("type") == "Ready" && each.Text("status") == "True");

    private static void SetReadyConditions(JsonObject status, bool ready)
    {
        var (value, reason, message) = ready ? ("True", "", "") : ("False", "ContainersNotReady", "containers with unready status: all");
        Set(status, "ContainersReady", value, reason, message);
        Set(status, "Ready", value, reason, message);
    }

    private static void Set(JsonObject status, string type, string value, string reason, string message)
    {
        Conditions.Set(status, type, value, reason, message);
        if (reason.Length == 0)
        {
            var condition = status.Items("conditions").First(each => each.Text("type") == type);
            condition.Remove("reason");
            condition.Remove("message");
        }
    }

    private static JsonObject ContainerStatus(JsonObject container, bool ready) => new()
    {
        ["name"] = container.Text("name"),
        ["image"] = container.Text("image"),
        ["imageID"] = "",
        ["ready"] = ready,
        ["started"] = ready,
        ["restartCount"] = 0,
        ["lastState"] = new JsonObject(),
        ["state"] = ready
            ? new JsonObject { ["running"] = new JsonObject { ["startedAt"] = ClusterState.Timestamp } }
            : new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } },
    };
}
