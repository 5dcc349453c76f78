using System.Text.Json;
using k8s;
using k8s.Models;

namespace MilvusMonitoring.Kubernetes;

/// <summary>Asks the pods of a workload why it is not ready: the image that cannot be pulled, the container that crashes, the node that has no room.</summary>
internal static class PodTrouble
{
    private static readonly HashSet<string> Passing = ["ContainerCreating", "PodInitializing", "Completed"];

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
        await foreach (var json in client.ListAsync(ResourceType.Pod, id.Namespace, selector, cancellationToken).ConfigureAwait(false))
        {
            var pod = KubernetesJson.Deserialize<V1Pod>(json.GetRawText());
            if (Of(pod) is { } trouble)
            {
                return $"pod {pod.Metadata.Name}: {trouble}";
            }
        }

        return null;
    }

    /// <summary>Whether a pod is ready.</summary>
    public static bool IsReady(JsonElement pod) => pod.Member("status").Items("conditions").Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True");

    /// <summary>What a pod, as the server gave it, says of why it is not ready; null where it says nothing.</summary>
    public static string? Of(ReadOnlyMemory<byte> pod) => Of(KubernetesJson.Deserialize<V1Pod>(System.Text.Encoding.UTF8.GetString(pod.Span)));

    /// <summary>What a pod says of why it is not ready; null where it says nothing.</summary>
    public static string? Of(V1Pod pod) =>
        (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []).Select(Of).FirstOrDefault(trouble => trouble is not null)
        ?? (pod.Status?.Conditions ?? [])
            .Where(condition => condition is { Type: "PodScheduled", Status: "False" })
            .Select(condition => $"{condition.Reason} ({OneLine.Clean(condition.Message)})")
            .FirstOrDefault();

    private static string? Of(V1ContainerStatus container)
    {
        var (reason, message) = container.State is { Waiting: { } waiting }
            ? (waiting.Reason, waiting.Message)
            : (container.State?.Terminated?.Reason, container.State?.Terminated?.Message);
        return reason is null || Passing.Contains(reason) ? null
            : $"container {container.Name} {reason}{(string.IsNullOrEmpty(message) ? string.Empty : $" ({OneLine.Clean(message)})")}";
    }
}
