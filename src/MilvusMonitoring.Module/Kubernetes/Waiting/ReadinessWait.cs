using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Waits, by watches, until objects are ready.</summary>
internal sealed class ReadinessWait(ClusterClient client, IActivitySink sink)
{
    /// <summary>How long others have to say what is wrong with them too, once it is known that one will never be ready.</summary>
    private static readonly TimeSpan HopelessGrace = TimeSpan.FromSeconds(3);

    /// <summary>Waits until all are ready.</summary>
    /// <param name="targets">The objects; kinds that have no such state count as ready.</param>
    /// <param name="activity">What is being done, for progress.</param>
    /// <param name="deadline">Until when.</param>
    /// <returns>What was last seen: for whatever is not ready in it the time was over, or no waiting helps.</returns>
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
            .Concat(board.Deputies.Select(id => (Id: id, Type: ResourceType.StatefulSet)));
        var watches = watched
            .GroupBy(target => (target.Type, target.Id.Namespace))
            .Select(group =>
                FollowAsync(group.Key.Type, group.Key.Namespace, [.. group.Select(target => target.Id)], board, activity, done))
            .Concat(
                board
                    .Targets.Select(target => target.Namespace)
                    .OfType<string>()
                    .Distinct()
                    .Select(place => new PodRefusals(client, sink).FollowAsync(place, Refuse, done.Token)))
            .ToList();
        try
        {
            await Task.WhenAll(watches).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
            when (done.IsCancellationRequested && (deadline.IsOver || !deadline.Token.IsCancellationRequested))
        {
            // Either everything is ready, or the time is over: the board says which.
        }

        return board;

        void Refuse(ResourceId workload, string message)
        {
            sink.Verbose($"{workload}: {OneLine.Clean(message)}");
            board.Refuse(workload, message);
            if (IsHopeless(board) && Interlocked.Exchange(ref isEnding, 1) == 0)
            {
                done.CancelAfter(HopelessGrace);
            }
        }
    }

    /// <summary>Whether one of the objects will never be ready.</summary>
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
            await new ObjectWatch(client)
                .FollowAsync(type, namespaceName, ids.Count == 1 ? ids.First().Name : null, Observe, done.Token).ConfigureAwait(false);
        }
        catch
        {
            // One that fails ends the others too; else they would go on until the deadline.
            await done.CancelAsync().ConfigureAwait(false);
            throw;
        }

        bool Observe(WatchEvent watchEvent)
        {
            using var document = JsonDocument.Parse(watchEvent.Object);
            var live = document.RootElement;
            var id = new ResourceId(type.Group, type.Kind, namespaceName, live.Member("metadata").Text("name") ?? string.Empty);
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
