using MilvusMonitoring.IO;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>Decides whether and when one request is tried again.</summary>
internal sealed class RetryPolicy(ClusterRequest request, TimeProvider time)
{
    private static readonly TimeSpan Limit = Bounds.ApiRetryTime.Time;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestAskedPause = TimeSpan.FromSeconds(30);

    private const int FirstContactTries = 3;
    private const int ServerErrorTries = 4;

    private long? _firstFailure;

    /// <summary>How many tries have failed.</summary>
    public int Tries { get; private set; }

    /// <summary>The time since the first failure.</summary>
    public TimeSpan Lasting => _firstFailure is { } start ? time.GetElapsedTime(start) : TimeSpan.Zero;

    /// <summary>Decides after a try without a response.</summary>
    /// <param name="contacted">Whether this server has answered before.</param>
    /// <returns>The pause before the next try; null to give up.</returns>
    public TimeSpan? NextPause(TransportStage stage, bool contacted)
    {
        var isAllowed = stage switch
        {
            TransportStage.NotSent => true,
            TransportStage.ConnectTimedOut => contacted,
            TransportStage.Lost => request.IsIdempotent,
            _ => false,
        };

        // Before the first response the address is most likely wrong. Nobody wants to wait a minute for that error.
        return NextPause(isAllowed, contacted ? int.MaxValue : FirstContactTries, asked: null);
    }

    /// <summary>Decides after a response.</summary>
    /// <param name="code">The HTTP status.</param>
    /// <param name="asked">The pause that the server asks for.</param>
    /// <param name="isFinal">Whether the body says that another try would fail in the same way.</param>
    /// <returns>The pause before the next try; null to keep this response.</returns>
    public TimeSpan? NextPause(int code, TimeSpan? asked, bool isFinal) => code switch
    {
        429 => NextPause(true, int.MaxValue, asked),
        500 => NextPause(!isFinal && (request.IsIdempotent || asked is not null), ServerErrorTries, asked),
        502 or 503 or 504 => NextPause(request.IsIdempotent || asked is not null, int.MaxValue, asked),
        _ => null,
    };

    private TimeSpan? NextPause(bool isAllowed, int mostTries, TimeSpan? asked)
    {
        _firstFailure ??= time.GetTimestamp();
        Tries++;
        if (!isAllowed || !request.Retry || Tries >= mostTries)
        {
            return null;
        }

        var pause = asked is { } wish && wish > TimeSpan.Zero
            ? TimeSpan.FromTicks(Math.Min(wish.Ticks, LongestAskedPause.Ticks))
            : Backoff.After(Tries, FirstPause, LongestPause);
        pause *= 1 + (Random.Shared.NextDouble() / 4);
        return Lasting + pause <= Limit ? pause : null;
    }
}
