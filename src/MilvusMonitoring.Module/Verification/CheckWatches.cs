using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>A list of objects that a link reads.</summary>
/// <param name="Link">The link.</param>
/// <param name="Type">The kind.</param>
/// <param name="Namespace">The namespace; null for all, or for a kind that has none.</param>
/// <param name="Selector">A query such as <c>labelSelector=a%3Db</c>; empty for all objects.</param>
internal sealed record WatchedList(string Link, ResourceType Type, string? Namespace, string Selector = "");

/// <summary>Watches what links read, metadata only, and knows which of them have to be looked at again.</summary>
internal sealed class CheckWatches(ClusterClient client, IActivitySink sink) : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<WatchedList, Task> _watches = [];
    private readonly HashSet<WatchedList> _live = [];
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>Watches these lists too; those that are watched already go on.</summary>
    /// <param name="lists">The lists.</param>
    /// <param name="cancellationToken">Ends these watches.</param>
    public void Follow(IEnumerable<WatchedList> lists, CancellationToken cancellationToken)
    {
        foreach (var list in lists)
        {
            if (!_watches.ContainsKey(list))
            {
                _watches[list] = FollowAsync(list, cancellationToken);
            }
        }
    }

    /// <summary>Whether a watch shows the changes of what a link reads.</summary>
    public bool Covers(string link)
    {
        lock (_gate)
        {
            return _live.Any(list => list.Link == link);
        }
    }

    /// <summary>Waits until something has changed that <see cref="TakeChanged"/> has not given out.</summary>
    public async Task ChangedAsync(CancellationToken cancellationToken) => await _signal.WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The links whose objects have changed since the last call.</summary>
    public IReadOnlyList<string> TakeChanged()
    {
        lock (_gate)
        {
            IReadOnlyList<string> changed = [.. _changed];
            _changed.Clear();
            return changed;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_watches.Values).ConfigureAwait(false);
        _stop.Dispose();
        _signal.Dispose();
    }

    private async Task FollowAsync(WatchedList list, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            var watch = new ObjectWatch(client);
            await watch
                .FollowChangesAsync(list.Type, list.Namespace, list.Selector, true, () => Begin(list), _ => Note(list.Link), either.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The wait is over.
        }
        catch (MonitoringException exception)
        {
            // Who may read may not always watch: such a link is looked at from time to time.
            sink.Verbose(exception.Message);
        }
        finally
        {
            lock (_gate)
            {
                _live.Remove(list);
            }
        }
    }

    private void Begin(WatchedList list)
    {
        lock (_gate)
        {
            _live.Add(list);
        }
    }

    private void Note(string link)
    {
        lock (_gate)
        {
            _changed.Add(link);
            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }
    }
}
