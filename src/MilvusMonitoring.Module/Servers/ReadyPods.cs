using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.Servers;

/// <summary>Finds the pods of a server, and their ports.</summary>
internal static class ReadyPods
{
    /// <summary>Lists the ready pods of a namespace, by name.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ListAsync(
        ClusterClient client,
        string namespaceName,
        Func<JsonElement, bool> isWanted,
        CancellationToken cancellationToken)
    {
        var pods = await client
            .ListAsync(ResourceType.Pod, namespaceName, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. pods
                .Where(pod => isWanted(pod) && PodFailureReason.IsReady(pod) && pod.Member("metadata").Text("deletionTimestamp") is null)
                .OrderBy(pod => pod.Member("metadata").Text("name"), StringComparer.Ordinal),
        ];
    }

    /// <summary>Finds the number of a container port by its name.</summary>
    public static int? FindPort(JsonElement pod, string name) =>
        (int?)pod.Member("spec")
            .Items("containers")
            .SelectMany(container => container.Items("ports"))
            .FirstOrDefault(port => port.Text("name") == name)
            .Number("containerPort");
}
