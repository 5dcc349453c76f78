using System.Text.Json;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Asks the pods of a workload why it is not ready: the image that cannot be pulled, the container that crashes, the node that has no room.</summary>
internal static class PodTrouble
{
    /// <summary>Finds the first trouble that a pod of the workload has.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="type">The workload's kind.</param>
    /// <param name="id">The workload.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>The pod and its trouble in words; null where no pod says anything.</returns>
    public static async Task<string?> FindAsync(ClusterClient client, ResourceType type, ResourceId id, CancellationToken cancellationToken)
    {
        if (type.Group != "apps" || await client.FindAsync(type, id, cancellationToken).ConfigureAwait(false) is not { } workload)
        {
            return null;
        }

        var labels = JsonSlice.Parse(workload, "spec", "selector").TextMap("matchLabels");
        var selector = "labelSelector=" + Uri.EscapeDataString(string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")));
        await foreach (var pod in client.ListAsync(ResourceType.Pod, id.Namespace, selector, cancellationToken).ConfigureAwait(false))
        {
            if (TroubleOf(pod) is { } trouble)
            {
                return $"pod {pod.Member("metadata").Text("name")}: {trouble}";
            }
        }

        return null;
    }

    /// <summary>What a pod says of why it is not ready.</summary>
    public static string? TroubleOf(JsonElement pod)
    {
        var status = pod.Member("status");
        foreach (var container in status.Items("initContainerStatuses").Concat(status.Items("containerStatuses")))
        {
            var state = container.Member("state");
            var (why, what) = state.Member("waiting") is { ValueKind: JsonValueKind.Object } waiting
                ? (waiting.Text("reason"), waiting.Text("message"))
                : (state.Member("terminated").Text("reason"), state.Member("terminated").Text("message"));
            if (why is not (null or "ContainerCreating" or "PodInitializing" or "Completed"))
            {
                return $"container {container.Text("name")} {why}{(what is null ? string.Empty : $" ({OneLine.Clean(what)})")}";
            }
        }

        return status.Items("conditions")
            .Where(condition => condition.Text("type") == "PodScheduled" && condition.Text("status") == "False")
            .Select(condition => $"{condition.Text("reason")} ({OneLine.Clean(condition.Text("message"))})")
            .FirstOrDefault();
    }
}
