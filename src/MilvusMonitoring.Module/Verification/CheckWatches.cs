using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>A list of objects that a check reads.</summary>
/// <param name="Check">The check.</param>
/// <param name="Type">The kind.</param>
/// <param name="Namespace">The namespace; null for all, or for a kind without namespaces.</param>
/// <param name="Selector">A query such as <c>labelSelector=a%3Db</c>; empty for all objects.</param>
internal sealed record WatchedList(string Check, ResourceType Type, string? Namespace, string Selector = "");

/// <summary>Watches the metadata of what checks read, and records which checks have to run again.</summary>
internal sealed class CheckWatches(ClusterClient client, IActivitySink sink) : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<WatchedList, Task> _watches = [];
    private readonly HashSet<WatchedList> _live = [];
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>Starts to watch the lists that are not watched yet.</summary>
    /// <param name="lists">The lists.</param>
    /// <param name="cancellationToken">Ends the new watches.</param>
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

    /// <summary>Whether a watch shows changes of what a check reads.</summary>
    public bool Covers(string check)
    {
        lock (_gate)
        {
            return _live.Any(list => list.Check == check);
        }
    }

    /// <summary>Waits for a change that <see cref="TakeChanged"/> has not returned yet.</summary>
    public async Task WaitForChangeAsync(CancellationToken cancellationToken) =>
        await _signal.WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Takes the checks whose objects have changed since the last call.</summary>
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
                .FollowChangesAsync(
                    list.Type,
                    list.Namespace,
                    list.Selector,
                    true,
                    () => RecordStart(list),
                    _ => RecordChange(list.Check),
                    either.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The wait is over.
        }
        catch (MonitoringException exception)
        {
            // A caller who may list but not watch gets the check polled instead.
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

    private void RecordStart(WatchedList list)
    {
        lock (_gate)
        {
            _live.Add(list);
        }
    }

    private void RecordChange(string check)
    {
        lock (_gate)
        {
            _changed.Add(check);
            if (_signal.CurrentCount == 0)
            {
                _signal.Release();
            }
        }
    }
}
