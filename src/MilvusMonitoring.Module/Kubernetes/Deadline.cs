using System.Diagnostics;

namespace MilvusMonitoring.Kubernetes;

/// <summary>How long a command may wait in all. Its token ends waiting; whoever waits tells the time-out from the user's Ctrl+C by asking which token it was.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _stop;
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Starts the clock.</summary>
    /// <param name="limit">How long.</param>
    /// <param name="stop">The user's Ctrl+C.</param>
    public Deadline(TimeSpan limit, CancellationToken stop)
    {
        Limit = limit;
        _stop = stop;
        _source = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _source.CancelAfter(limit);
    }

    public TimeSpan Limit { get; }

    /// <summary>How long is left.</summary>
    public TimeSpan Left => _clock.Elapsed < Limit ? Limit - _clock.Elapsed : TimeSpan.Zero;

    /// <summary>Cancelled when the time is over, or the user stops the command.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the time is over, as against the user having stopped the command.</summary>
    public bool IsOver => _source.IsCancellationRequested && !_stop.IsCancellationRequested;

    public void Dispose() => _source.Dispose();
}
