using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Waits for the pods of deleted workloads, before their namespace is deleted too.</summary>
/// <remarks>
/// The namespace controller examines a deleted namespace after 5 s. If the namespace still has pods, the controller examines it again 5 s
/// and 16 s later (Kubernetes 1.20 with running pods: gone after 6, 11 or 27 s). Without pods, the first examination is the last.
/// </remarks>
internal sealed class TerminatingPods(ClusterClient client, OperationProgress progress)
{
    /// <summary>After this time the namespace is deleted with its pods, and the namespace's conditions name what blocks it.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private const int MostNamed = 3;

    /// <summary>Waits until the pods are gone, or the longest wait is over.</summary>
    /// <param name="all">Whether to wait for every pod of a controller; if not, only for pods that are terminating already.</param>
    public async Task WaitAsync(string namespaceName, bool all, Deadline deadline, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        limit.CancelAfter(LongestWait);
        try
        {
            while (await ListAsync(namespaceName, all, limit.Token).ConfigureAwait(false) is { Count: > 0 } pods)
            {
                var names = string.Join(", ", pods.Take(MostNamed).Select(pod => pod.Name));
                progress.Waiting($"{pods.Count} pods to end: {names}{(pods.Count > MostNamed ? ", ..." : string.Empty)}");
                foreach (var pod in pods)
                {
                    var id = ResourceType.Pod.IdOf(namespaceName, pod.Name);
                    await new ObjectWatch(client).UntilGoneAsync(ResourceType.Pod, id, pod.Uid, limit.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The wait for the namespace names what blocks its deletion.
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            // A user without permission to list pods can still delete the namespace. The deletion only takes longer.
        }
    }

    private async Task<IReadOnlyList<ObjectMetadata>> ListAsync(string namespaceName, bool all, CancellationToken cancellationToken)
    {
        var pods = await client
            .ListMetadataAsync(ResourceType.Pod, namespaceName, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        return [.. pods.Where(pod => pod.DeletionTimestamp is not null || (all && pod.HasOwner))];
    }
}
