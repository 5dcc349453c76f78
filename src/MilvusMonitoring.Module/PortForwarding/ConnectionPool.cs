namespace MilvusMonitoring.PortForwarding;

/// <summary>
/// Keeps idle connections to the pod, so that a new local connection does not wait for TLS, authentication and the kubelet.
/// Keeps as many as were taken lately, and none after a minute without demand, because each holds a connection to the pod.
/// </summary>
internal sealed class ConnectionPool : IAsyncDisposable
{
    /// <summary>The most idle connections: demand beyond this number is not counted.</summary>
    private const int Most = 128;
    private const int Fewest = 2;
    private const int DialsAtOnce = 16;
    private const int FillersAtOnce = 4;

    private static readonly TimeSpan DemandWindow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FillPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan TidyInterval = TimeSpan.FromSeconds(5);

    private readonly PodSelection _pods;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _dials = new(DialsAtOnce);
    private readonly object _gate = new();
    private readonly List<IdleConnection> _idle = [];
    private readonly Queue<long> _demand = new();
    private readonly TaskSet _work = new();
    private long _lastDemand;
    private int _waiting;
    private int _filling;
    private int _toOpen;

    public ConnectionPool(PodSelection pods, TimeProvider time)
    {
        _pods = pods;
        _time = time;
        _lastDemand = time.GetTimestamp();
        _work.Add(TidyAsync());
    }

    /// <summary>Takes an idle connection, or opens one if there is none.</summary>
    public async Task<PodConnection> TakeAsync(CancellationToken cancellationToken)
    {
        RecordDemand();
        var connection = Pop();
        if (connection is null)
        {
            Interlocked.Increment(ref _waiting);
            try
            {
                connection = await DialAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        }

        Fill();
        return connection;
    }

    /// <summary>Opens the first idle connection, which shows whether the pod can be forwarded to.</summary>
    public async Task OpenFirstAsync(CancellationToken cancellationToken) =>
        Put(await _pods.OpenAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Closes the idle connections to all other pods.</summary>
    public void KeepOnly(IReadOnlyList<PodAddress> pods) => Drop(idle => !pods.Contains(idle.Connection.Pod));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Drop(_ => true);
        await _work.WaitUntilEmptyAsync().ConfigureAwait(false);
        _stop.Dispose();
        _dials.Dispose();
    }

    private async Task<PodConnection> DialAsync(CancellationToken cancellationToken)
    {
        await _dials.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return Pop() ?? await _pods.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _dials.Release();
        }
    }

    private PodConnection? Pop()
    {
        lock (_gate)
        {
            while (_idle.Count > 0)
            {
                var newest = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                if (!newest.Connection.HasEnded)
                {
                    return newest.Connection;
                }

                Discard(newest.Connection);
            }
        }

        return null;
    }

    private void Put(PodConnection connection)
    {
        lock (_gate)
        {
            if (!_stop.IsCancellationRequested && _pods.IsReady(connection.Pod))
            {
                _idle.Add(new IdleConnection(connection, _time.GetTimestamp()));
                _work.Add(WatchAsync(connection));
                return;
            }
        }

        Discard(connection);
    }

    /// <summary>Removes an idle connection once the pod closes it.</summary>
    private async Task WatchAsync(PodConnection connection)
    {
        await connection.ReadAhead().ConfigureAwait(false);
        if (connection.HasEnded)
        {
            Drop(idle => ReferenceEquals(idle.Connection, connection));
        }
    }

    private void Drop(Predicate<IdleConnection> isUnwanted)
    {
        lock (_gate)
        {
            foreach (var unwanted in _idle.FindAll(isUnwanted))
            {
                _idle.Remove(unwanted);
                Discard(unwanted.Connection);
            }
        }
    }

    private void Discard(PodConnection connection) => _work.Add(connection.DisposeAsync().AsTask());

    private void RecordDemand()
    {
        lock (_gate)
        {
            _lastDemand = _time.GetTimestamp();
            _demand.Enqueue(_lastDemand);
            if (_demand.Count > Most)
            {
                _demand.Dequeue();
            }
        }
    }

    /// <summary>How many idle connections the demand of late calls for.</summary>
    private int CountWanted()
    {
        lock (_gate)
        {
            while (_demand.TryPeek(out var at) && _time.GetElapsedTime(at) > DemandWindow)
            {
                _demand.Dequeue();
            }

            return _time.GetElapsedTime(_lastDemand) > LongestIdle ? 0 : Math.Max(Fewest, _demand.Count);
        }
    }

    /// <summary>
    /// Refills the pool. Only a taken connection triggers this, so a pod that refuses or soon closes idle connections is not dialled in a
    /// loop.
    /// </summary>
    private void Fill()
    {
        lock (_gate)
        {
            _toOpen = CountWanted() - _idle.Count - _filling;
            while (_toOpen > 0 && _filling < FillersAtOnce && !_stop.IsCancellationRequested)
            {
                _toOpen--;
                _filling++;
                _work.Add(Task.Run(FillAsync));
            }
        }
    }

    private async Task FillAsync()
    {
        try
        {
            // The request on the connection just taken goes first: a handshake occupies a processor for milliseconds.
            await Task.Delay(FillPause, _stop.Token).ConfigureAwait(false);

            // A caller that waits in TakeAsync dials for itself, and goes first.
            while (Volatile.Read(ref _waiting) == 0 && await _pods.TryOpenAsync(_stop.Token).ConfigureAwait(false) is { } connection)
            {
                Put(connection);
                if (Interlocked.Decrement(ref _toOpen) < 0)
                {
                    return;
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _filling--;
            }
        }
    }

    private async Task TidyAsync()
    {
        using var timer = new PeriodicTimer(TidyInterval, _time);
        while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
        {
            var wanted = CountWanted();
            lock (_gate)
            {
                // The list begins with the oldest.
                var kept = _idle.TakeLast(wanted).Where(idle => _time.GetElapsedTime(idle.Since) <= LongestIdle).ToHashSet();
                Drop(idle => !kept.Contains(idle));
            }
        }
    }

    private sealed record IdleConnection(PodConnection Connection, long Since);
}
