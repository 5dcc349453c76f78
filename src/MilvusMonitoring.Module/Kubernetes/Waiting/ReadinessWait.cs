using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Waits by watches until objects are ready.</summary>
internal sealed class ReadinessWait(ClusterClient client, IActivitySink sink)
{
    /// <summary>How long the wait goes on after one object can never become ready, so that others can report their failures too.</summary>
    private static readonly TimeSpan HopelessGrace = TimeSpan.FromSeconds(3);

    /// <summary>Waits until all objects are ready.</summary>
    /// <param name="targets">The objects. Kinds without a rule of readiness count as ready.</param>
    /// <param name="activity">The activity, for progress.</param>
    /// <returns>The last states. For a target that is not ready, the time was over or waiting cannot help.</returns>
    public async Task<ReadinessBoard> RunAsync(
        IReadOnlyList<(ResourceId Id, ResourceType Type)> targets,
        string activity,
        Deadline deadline)
    {
        var board = new ReadinessBoard(targets.Select(target => target.Id));
        if (board.Targets.Count == 0)
        {
            return board;
        }

        var isEnding = 0;
        using var done = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var watched = targets
            .Where(target => Readiness.Knows(target.Id))
            .Concat(board.BackingStatefulSets.Select(id => (Id: id, Type: ResourceType.StatefulSet)));
        var namespaces = board.Targets.Select(target => target.Namespace).OfType<string>().Distinct();
        var watches = watched
            .GroupBy(target => (target.Type, target.Id.Namespace))
            .Select(group =>
                FollowAsync(group.Key.Type, group.Key.Namespace, [.. group.Select(target => target.Id)], board, activity, done))
            .Concat(namespaces.Select(name => new PodRefusals(client, sink).FollowAsync(name, AddRefusal, done.Token)))
            .ToList();
        try
        {
            await Task.WhenAll(watches).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (done.IsCancellationRequested && (deadline.IsOver || !deadline.Token.IsCancellationRequested))
        {
            // Either all targets are ready or the time is over. The board holds which.
        }

        return board;

        void AddRefusal(ResourceId workload, string message)
        {
            sink.Verbose($"{workload}: {OneLine.Clean(message)}");
            board.AddRefusal(workload, message);
            if (IsHopeless(board) && Interlocked.Exchange(ref isEnding, 1) == 0)
            {
                done.CancelAfter(HopelessGrace);
            }
        }
    }

    /// <summary>Whether one of the objects can never become ready.</summary>
    public static bool IsHopeless(ReadinessBoard board) =>
        board.NotReady.Any(item => item.State.Refusal is { } refusal && PodRefusal.IsLasting(refusal));

    private async Task FollowAsync(
        ResourceType type,
        string? namespaceName,
        HashSet<ResourceId> ids,
        ReadinessBoard board,
        string activity,
        CancellationTokenSource done)
    {
        try
        {
            var onlyName = ids.Count == 1 ? ids.First().Name : null;
            await new ObjectWatch(client).FollowAsync(type, namespaceName, onlyName, Observe, done.Token).ConfigureAwait(false);
        }
        catch
        {
            // A failed watch ends the other watches too, which would otherwise last until the deadline.
            await done.CancelAsync().ConfigureAwait(false);
            throw;
        }

        bool Observe(WatchEvent watchEvent)
        {
            using var document = JsonSlice.Open(watchEvent.Object);
            var live = document.RootElement;
            var id = type.IdOf(namespaceName, live.Member("metadata").Text("name") ?? string.Empty);
            if (!ids.Contains(id))
            {
                return false;
            }

            var waiting = board.ObserveUntilReady(id, watchEvent.Kind == WatchEventKind.Deleted ? null : live);
            if (waiting.Count == 0)
            {
                done.Cancel();
                return true;
            }

            var ready = board.Targets.Count - waiting.Count;
            sink.Progress(
                activity,
                $"{ready} of {board.Targets.Count} ready, waiting for {waiting[0].Id}: {waiting[0].State.Message}",
                ready * 100 / board.Targets.Count);
            return false;
        }
    }
}
