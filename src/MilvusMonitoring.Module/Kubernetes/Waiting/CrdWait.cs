using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Waits for one CustomResourceDefinition, and for none of the cluster's others, whatever state those are in.</summary>
internal static class CrdWait
{
    /// <summary>How long names may stay refused: the server looks at them again when whoever held them goes away.</summary>
    private static readonly TimeSpan RefusalGrace = TimeSpan.FromSeconds(3);

    /// <summary>Waits until the definition's resources can be written.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.DefinitionNotEstablished"/>: its names are refused, or the time is
    /// over.</exception>
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
            await new ObjectWatch(client)
                .FollowAsync(ResourceType.Definition, null, id.Name, Observe, refusedForLong.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (!cancellationToken.IsCancellationRequested && (deadline.IsOver || state.Refusal is not null))
        {
            throw new MonitoringException(
                ErrorId.DefinitionNotEstablished,
                state.Refusal is { } refusal
                    ? $"The names of {id} are not accepted: {refusal}; remove or rename the definition that holds them, and run the command again."
                    : $"{id} did not become established within {deadline.Limit.TotalSeconds:0} s; look at its conditions and at the API server's load, and run the command again.",
                id.ToString());
        }

        bool Observe(WatchEvent watchEvent)
        {
            var status = JsonSlice.Find(watchEvent.Object, "status");
            if (watchEvent.Kind == WatchEventKind.Deleted || status.IsEmpty)
            {
                return false;
            }

            using var document = JsonDocument.Parse(status);
            state = CrdState.FromStatus(document.RootElement);
            refusedForLong.CancelAfter(state.Refusal is null ? Timeout.InfiniteTimeSpan : RefusalGrace);
            return state.IsEstablished;
        }
    }
}
