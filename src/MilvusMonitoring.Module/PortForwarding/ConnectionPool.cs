namespace MilvusMonitoring.PortForwarding;

/// <summary>
/// Keeps connections to the pod open ahead of need, so that a new local connection does not wait for TLS, authentication and the kubelet.
/// As many as were lately asked for; none once nobody has asked for a while, since each holds a connection to the pod.
/// </summary>
internal sealed class ConnectionPool : IAsyncDisposable
{
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
    private readonly List<Spare> _spares = [];
    private readonly Queue<long> _demand = new();
    private readonly TaskSet _work = new();
    private long _lastDemand;
    private int _waiting;
    private int _filling;
    private int _toOpen;

    /// <summary>Begins empty.</summary>
    /// <param name="pods">Opens connections.</param>
    /// <param name="time">The clock.</param>
    public ConnectionPool(PodSelection pods, TimeProvider time)
    {
        _pods = pods;
        _time = time;
        _lastDemand = time.GetTimestamp();
        _work.Add(TidyAsync());
    }

    /// <summary>A connection that is open, at once where one lies ready.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PodConnection> TakeAsync(CancellationToken cancellationToken)
    {
        NoteDemand();
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

    /// <summary>Opens the first connection: shows whether that can be done at all.</summary>
    public async Task OpenFirstAsync(CancellationToken cancellationToken) =>
        Put(await _pods.OpenAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Gives up the connections to pods that are not wanted any more.</summary>
    public void KeepOnly(IReadOnlyList<PodAddress> wanted) => Drop(spare => !wanted.Contains(spare.Connection.Pod));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Drop(_ => true);
        await _work.UntilEmptyAsync().ConfigureAwait(false);
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
            while (_spares.Count > 0)
            {
                var spare = _spares[^1];
                _spares.RemoveAt(_spares.Count - 1);
                if (!spare.Connection.HasEnded)
                {
                    return spare.Connection;
                }

                Discard(spare.Connection);
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
                _spares.Add(new Spare(connection, _time.GetTimestamp()));
                _work.Add(WatchAsync(connection));
                return;
            }
        }

        Discard(connection);
    }

    /// <summary>A spare that its pod ends is none.</summary>
    private async Task WatchAsync(PodConnection connection)
    {
        await connection.ReadAhead().ConfigureAwait(false);
        if (connection.HasEnded)
        {
            Drop(spare => ReferenceEquals(spare.Connection, connection));
        }
    }

    private void Drop(Predicate<Spare> isUnwanted)
    {
        lock (_gate)
        {
            foreach (var spare in _spares.FindAll(isUnwanted))
            {
                _spares.Remove(spare);
                Discard(spare.Connection);
            }
        }
    }

    private void Discard(PodConnection connection) => _work.Add(connection.DisposeAsync().AsTask());

    private void NoteDemand()
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

    private int Wanted()
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
    /// Makes up for what was taken. Only a connection that is asked for leads to more: a pod that refuses, or soon ends what is opened
    /// ahead, is not called again and again.
    /// </summary>
    private void Fill()
    {
        lock (_gate)
        {
            _toOpen = Wanted() - _spares.Count - _filling;
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
            // The connection that was just taken has its request under way, and a handshake takes a processor for milliseconds.
            await Task.Delay(FillPause, _stop.Token).ConfigureAwait(false);

            // Whoever waits comes first.
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
            var wanted = Wanted();
            lock (_gate)
            {
                // The oldest lie first.
                var kept = _spares.TakeLast(wanted).Where(spare => _time.GetElapsedTime(spare.Since) <= LongestIdle).ToHashSet();
                Drop(spare => !kept.Contains(spare));
            }
        }
    }

    private sealed record Spare(PodConnection Connection, long Since);
}
