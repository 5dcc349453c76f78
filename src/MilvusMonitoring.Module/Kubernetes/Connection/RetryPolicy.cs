using MilvusMonitoring.IO;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>Whether and when one request is tried again.</summary>
internal sealed class RetryPolicy
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestAskedPause = TimeSpan.FromSeconds(30);

    private const int FirstContactTries = 3;
    private const int ServerErrorTries = 4;

    private readonly ClusterRequest _request;
    private readonly TimeProvider _time;
    private long? _firstFailure;
    private int _tries;

    /// <summary>Starts with no try made.</summary>
    /// <param name="request">The request.</param>
    /// <param name="time">The clock.</param>
    public RetryPolicy(ClusterRequest request, TimeProvider time)
    {
        _request = request;
        _time = time;
    }

    /// <summary>How often the request has failed.</summary>
    public int Tries => _tries;

    /// <summary>How long ago it failed for the first time.</summary>
    public TimeSpan Lasting => _firstFailure is { } start ? _time.GetElapsedTime(start) : TimeSpan.Zero;

    /// <summary>After a try that got no answer.</summary>
    /// <param name="stage">How far it came.</param>
    /// <param name="contacted">Whether this server has ever answered.</param>
    /// <returns>How long to pause before the next try; null to give up.</returns>
    public TimeSpan? NextPause(TransportStage stage, bool contacted)
    {
        var may = stage switch
        {
            TransportStage.NotSent => true,
            TransportStage.ConnectTimedOut => contacted,
            TransportStage.Lost => _request.IsIdempotent,
            _ => false,
        };
        // Before the first answer it is most likely the address that is wrong, and nobody wants to wait a minute to hear that.
        return Pause(may, contacted ? int.MaxValue : FirstContactTries, asked: null);
    }

    /// <summary>After an answer.</summary>
    /// <param name="code">The HTTP status.</param>
    /// <param name="asked">How long the server asks to wait.</param>
    /// <param name="isHopeless">Whether the answer's body says that another try would end the same.</param>
    /// <returns>How long to pause before the next try; null to keep this answer.</returns>
    public TimeSpan? NextPause(int code, TimeSpan? asked, bool isHopeless) => code switch
    {
        429 => Pause(true, int.MaxValue, asked),
        500 => Pause(!isHopeless && (_request.IsIdempotent || asked is not null), ServerErrorTries, asked),
        502 or 503 or 504 => Pause(_request.IsIdempotent || asked is not null, int.MaxValue, asked),
        _ => null,
    };

    private TimeSpan? Pause(bool may, int tries, TimeSpan? asked)
    {
        _firstFailure ??= _time.GetTimestamp();
        _tries++;
        if (!may || !_request.Retry || _tries >= tries)
        {
            return null;
        }

        var pause = asked is { } wish && wish > TimeSpan.Zero
            ? (wish < LongestAskedPause ? wish : LongestAskedPause)
            : Backoff.After(_tries, FirstPause, LongestPause);
        pause *= 1 + (Random.Shared.NextDouble() / 4);
        return Lasting + pause <= Limit ? pause : null;
    }
}
