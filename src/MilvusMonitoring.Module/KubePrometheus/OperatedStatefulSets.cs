using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Waits until the garbage collector has deleted the StatefulSets of deleted Prometheus and Alertmanager resources.</summary>
internal sealed class OperatedStatefulSets(ClusterClient client, OperationProgress progress)
{
    /// <summary>After this time the uninstallation goes on: the StatefulSets may belong to somebody else.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>Waits until the StatefulSets are gone, or the longest wait is over.</summary>
    /// <param name="owners">The deleted custom resources, of any kind.</param>
    public async Task WaitAsync(IEnumerable<ResourceId> owners, Deadline deadline, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        limit.CancelAfter(LongestWait);
        try
        {
            var sets = new ReadinessBoard(owners).BackingStatefulSets;
            await Task.WhenAll(sets.Select(id => WaitAsync(id, limit.Token))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The wait for the namespace names what blocks its deletion.
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            // A user without permission to read StatefulSets can still uninstall the stack.
        }
    }

    private async Task WaitAsync(ResourceId id, CancellationToken cancellationToken)
    {
        var live = await client.FindMetadataAsync(ResourceType.StatefulSet, id, cancellationToken).ConfigureAwait(false);
        if (live is { HasOwner: true })
        {
            progress.Waiting($"{id} to be garbage-collected");
            await new ObjectWatch(client).UntilGoneAsync(ResourceType.StatefulSet, id, live.Uid, cancellationToken).ConfigureAwait(false);
        }
    }
}
