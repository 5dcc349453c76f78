using EmbeddedCluster.Kubelet;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Controllers;

/// <summary>What reacts to writes. All controllers run one after the other, so none sees another halfway.</summary>
internal interface IController
{
    void Observe(StoreEvent change);

    /// <summary>Does what the changes since the last time call for.</summary>
    void Settle();
}

/// <summary>Feeds every write to the controllers, and runs what they put off.</summary>
internal sealed class ControllerLoop : IAsyncDisposable
{
    private readonly ClusterState _state;
    private readonly List<IController> _controllers = [];
    private readonly PriorityQueue<Action, long> _later = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private long _settledAt = -1;

    private ControllerLoop(ClusterState state) => _state = state;

    /// <summary>Whether every write so far has been reacted to, and nothing is put off.</summary>
    public bool IsSettled => Volatile.Read(ref _settledAt) == _state.Store.Revision;

    public static ControllerLoop Start(ClusterState state, Mutations mutations, Deletions deletions)
    {
        var loop = new ControllerLoop(state);
        var writer = new ControllerWriter(state, mutations, deletions);
        loop._controllers.Add(new DefinitionController(state, writer, loop));
        loop._controllers.Add(new ApiServiceController(state, writer, loop));
        loop._controllers.Add(new PodController(state, writer, loop));
        if (state.Options.Controllers)
        {
            loop._controllers.AddRange([
                new NamespaceController(state, writer, loop), new WorkloadController(state, writer), new OperatorController(state, writer),
                new EndpointController(state, writer), new GarbageCollector(state, writer, loop),
            ]);
        }

        loop._running = Task.Run(loop.RunAsync);
        return loop;
    }

    /// <summary>
    /// Runs <paramref name="action"/> after a while; never with an infinite delay. Only for controllers, on their own thread.
    /// </summary>
    public void After(TimeSpan delay, Action action)
    {
        if (delay != Timeout.InfiniteTimeSpan)
        {
            _later.Enqueue(action, Environment.TickCount64 + (long)delay.TotalMilliseconds);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Whoever asks the cluster anything is to learn that its controllers have failed.</summary>
    private async Task RunAsync()
    {
        try
        {
            await FollowAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _state.Failure = exception;
            throw;
        }
    }

    private async Task FollowAsync()
    {
        var seen = 0L;
        var events = new List<StoreEvent>();
        while (!_stopping.IsCancellationRequested)
        {
            events.Clear();
            if (!_state.Store.TryReadSince(seen, null, events, out var upTo))
            {
                throw new InvalidOperationException("the watch history is too short for the controllers");
            }

            seen = upTo;
            foreach (var change in events)
            {
                _controllers.ForEach(each => each.Observe(change));
            }

            _controllers.ForEach(each => each.Settle());
            while (_later.TryPeek(out var action, out var due) && due <= Environment.TickCount64)
            {
                _later.Dequeue();
                action();
            }

            Volatile.Write(ref _settledAt, _later.Count == 0 ? seen : -1);
            await WaitAsync(seen).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(long seen)
    {
        var changed = _state.Store.Changed(seen);
        var pause = _later.TryPeek(out _, out var due) ? Math.Max(0, due - Environment.TickCount64) : Timeout.Infinite;
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        await Task.WhenAny(changed, Task.Delay(TimeSpan.FromMilliseconds(pause), wake.Token)).ConfigureAwait(false);
        await wake.CancelAsync().ConfigureAwait(false);
    }
}
