namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// How long a command may wait in all. Its token ends waiting; whoever waits tells the time-out from the user's Ctrl+C by asking which
/// token it was.
/// </summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _limit;
    private readonly TimeProvider _time;
    private readonly long _start;

    /// <summary>Starts the clock.</summary>
    /// <param name="limit">How long.</param>
    /// <param name="stop">The user's Ctrl+C.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public Deadline(TimeSpan limit, CancellationToken stop, TimeProvider? time = null)
    {
        Limit = limit;
        _stop = stop;
        _time = time ?? TimeProvider.System;
        _start = _time.GetTimestamp();
        _limit = new CancellationTokenSource(limit, _time);
        _source = CancellationTokenSource.CreateLinkedTokenSource(stop, _limit.Token);
    }

    public TimeSpan Limit { get; }

    /// <summary>How long is left.</summary>
    public TimeSpan Left => Elapsed < Limit ? Limit - Elapsed : TimeSpan.Zero;

    /// <summary>How long it has been.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_start);

    /// <summary>Cancelled when the time is over, or the user stops the command.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the time is over, as against the user having stopped the command.</summary>
    public bool IsOver => _source.IsCancellationRequested && !_stop.IsCancellationRequested;

    public void Dispose()
    {
        _source.Dispose();
        _limit.Dispose();
    }
}
