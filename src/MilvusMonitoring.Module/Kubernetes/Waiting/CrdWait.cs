using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Waits for one CRD. The state of the cluster's other CRDs has no effect.</summary>
internal static class CrdWait
{
    /// <summary>How long names may stay refused: the server checks them again when the other CRD that holds them is deleted.</summary>
    private static readonly TimeSpan RefusalGrace = TimeSpan.FromSeconds(3);

    /// <summary>Waits until the CRD's custom resources can be written.</summary>
    /// <exception cref="MonitoringException">
    /// <see cref="ErrorId.DefinitionNotEstablished"/>: the names are refused, or the time is over.
    /// </exception>
    public static async Task WaitUntilEstablishedAsync(
        ClusterClient client,
        ResourceId id,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        var state = new CrdState(false, null);
        using var refusedForLong = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var watch = new ObjectWatch(client);
            await watch.FollowAsync(ResourceType.Crd, null, id.Name, Observe, refusedForLong.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (!cancellationToken.IsCancellationRequested && (deadline.IsOver || state.Refusal is not null))
        {
            throw CreateNotEstablished(id, state, deadline);
        }

        bool Observe(WatchEvent watchEvent)
        {
            var status = JsonSlice.Find(watchEvent.Object, "status");
            if (watchEvent.Kind == WatchEventKind.Deleted || status.IsEmpty)
            {
                return false;
            }

            using var document = JsonSlice.Open(status);
            state = CrdState.FromStatus(document.RootElement);
            refusedForLong.CancelAfter(state.Refusal is null ? Timeout.InfiniteTimeSpan : RefusalGrace);
            return state.IsEstablished;
        }
    }

    private static MonitoringException CreateNotEstablished(ResourceId id, CrdState state, Deadline deadline) =>
        state.Refusal is { } refusal
        ? new MonitoringException(
            ErrorId.DefinitionNotEstablished,
            $"The names of {id} are not accepted: {refusal}",
            "remove or rename the CRD that holds them, and run the command again",
            id.ToString())
        : new MonitoringException(
            ErrorId.DefinitionNotEstablished,
            $"{id} did not become established within {deadline.Limit.TotalSeconds:0} s",
            "look at its conditions and at the API server's load, and run the command again",
            id.ToString());
}
