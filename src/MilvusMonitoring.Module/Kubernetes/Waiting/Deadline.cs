namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// The time limit of a command's waits. <see cref="Token"/> ends the waits; <see cref="IsOver"/> separates the time-out from the user's
/// Ctrl+C.
/// </summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _limit;
    private readonly TimeProvider _time;
    private readonly long _start;

    /// <summary>Starts the time.</summary>
    /// <param name="stop">The user's Ctrl+C.</param>
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

    public TimeSpan Left => Elapsed < Limit ? Limit - Elapsed : TimeSpan.Zero;

    public TimeSpan Elapsed => _time.GetElapsedTime(_start);

    /// <summary>Cancelled when the time is over or the user stops the command.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the time is over. False if the user has stopped the command.</summary>
    public bool IsOver => _source.IsCancellationRequested && !_stop.IsCancellationRequested;

    public void Dispose()
    {
        _source.Dispose();
        _limit.Dispose();
    }
}
