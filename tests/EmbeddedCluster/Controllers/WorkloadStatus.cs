using System.Text.Json.Nodes;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Controllers;

internal readonly record struct PodCounts(int Wanted, int There, int Ready);

/// <summary>The status that a controller writes to its workload.</summary>
internal static class WorkloadStatus
{
    public static void Set(string kind, JsonObject value, PodCounts counts, string hash)
    {
        var status = value.Child("status");
        status["observedGeneration"] = value.At("metadata.generation")?.DeepClone();
        switch (kind)
        {
            case "DaemonSet":
                status["desiredNumberScheduled"] = counts.Wanted;
                status["currentNumberScheduled"] = counts.There;
                status["updatedNumberScheduled"] = counts.There;
                status["numberReady"] = counts.Ready;
                status["numberMisscheduled"] = 0;
                SetOrRemove(status, "numberAvailable", counts.Ready);
                SetOrRemove(status, "numberUnavailable", counts.Wanted - counts.Ready);
                break;
            case "Deployment":
                SetReplicas(status, counts);
                SetOrRemove(status, "updatedReplicas", counts.There);
                SetOrRemove(status, "unavailableReplicas", counts.Wanted - counts.Ready);
                SetDeploymentConditions(value.Child("metadata").Text("name") ?? "", status, counts, hash);
                break;
            case "StatefulSet":
                SetReplicas(status, counts);
                status["replicas"] = counts.There;
                status["availableReplicas"] = counts.Ready;
                SetOrRemove(status, "currentReplicas", counts.There);
                SetOrRemove(status, "updatedReplicas", counts.There);
                status["currentRevision"] = $"{value.At("metadata.name")}-{hash}";
                status["updateRevision"] = $"{value.At("metadata.name")}-{hash}";
                status["collisionCount"] = 0;
                break;
            default:
                SetReplicas(status, counts);
                status["replicas"] = counts.There;
                SetOrRemove(status, "fullyLabeledReplicas", counts.There);
                break;
        }
    }

    private static void SetReplicas(JsonObject status, PodCounts counts)
    {
        SetOrRemove(status, "replicas", counts.There);
        SetOrRemove(status, "readyReplicas", counts.Ready);
        SetOrRemove(status, "availableReplicas", counts.Ready);
    }

    private static void SetDeploymentConditions(string name, JsonObject status, PodCounts counts, string hash)
    {
        if (counts.Ready >= counts.Wanted)
        {
            Conditions.Set(status, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
            Conditions.Set(
                status,
                "Progressing",
                "True",
                "NewReplicaSetAvailable",
                $"ReplicaSet \"{name}-{hash}\" has successfully progressed.");
        }
        else
        {
            Conditions.Set(status, "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
            Conditions.Set(status, "Progressing", "True", "ReplicaSetUpdated", $"ReplicaSet \"{name}-{hash}\" is progressing.");
        }
    }

    // Counts of zero are left out of a status, as Go leaves out empty fields.
    private static void SetOrRemove(JsonObject status, string key, int count)
    {
        if (count > 0)
        {
            status[key] = count;
        }
        else
        {
            status.Remove(key);
        }
    }
}
