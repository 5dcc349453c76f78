using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Waits for the pods of what was deleted, before their namespace is deleted too.</summary>
/// <remarks>
/// The controller of a namespace looks at it 5 s after its deletion, and where it still holds pods 5 s and then 16 s later
/// (Kubernetes 1.20 with running pods: gone after 6, 11 or 27 s). Without pods the first look is the last.
/// </remarks>
internal sealed class TerminatingPods(ClusterClient client, OperationProgress progress)
{
    /// <summary>After this the namespace is deleted with its pods, and its own conditions say what holds it.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private const int MostNamed = 3;

    /// <summary>Waits, for a while, until the pods are gone.</summary>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="all">Whether every pod that a controller made is of what was deleted; else only those that are ending already.</param>
    /// <param name="deadline">Until when to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitAsync(string namespaceName, bool all, Deadline deadline, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        limit.CancelAfter(LongestWait);
        try
        {
            while (await LeavingAsync(namespaceName, all, limit.Token).ConfigureAwait(false) is { Count: > 0 } pods)
            {
                progress.Waiting(
                    $"{pods.Count} pods to end: {string.Join(", ", pods.Take(MostNamed).Select(pod => pod.Name))}{(pods.Count > MostNamed ? ", ..." : string.Empty)}"
                );
                foreach (var pod in pods)
                {
                    var id = new ResourceId(string.Empty, "Pod", namespaceName, pod.Name);
                    await new ObjectWatch(client).UntilGoneAsync(ResourceType.Pod, id, pod.Uid, limit.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The wait for the namespace says what holds it.
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            // Who may not look at pods can delete the namespace all the same, only slower.
        }
    }

    private async Task<IReadOnlyList<ObjectMetadata>> LeavingAsync(string namespaceName, bool all, CancellationToken cancellationToken) =>
        [
            .. (
                await client
                    .ListMetadataAsync(ResourceType.Pod, namespaceName, string.Empty, cancellationToken)
                    .ToListAsync(cancellationToken).ConfigureAwait(false)
            ).Where(pod => pod.DeletionTimestamp is not null || (all && pod.HasOwner)),
        ];
}
