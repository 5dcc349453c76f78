using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>Tells the person of retries: a line for -Verbose at a request's first, one warning when an outage lasts.</summary>
internal sealed class ClusterActivity
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _server;
    private readonly IActivitySink _sink;
    private readonly TimeProvider _time;
    private readonly object _lock = new();
    private long? _warned;

    /// <summary>Starts quiet.</summary>
    /// <param name="server">The server's address.</param>
    /// <param name="sink">Where lines go.</param>
    /// <param name="time">The clock.</param>
    public ClusterActivity(string server, IActivitySink sink, TimeProvider time)
    {
        _server = server;
        _sink = sink;
        _time = time;
    }

    /// <summary>A request is about to be tried again.</summary>
    /// <param name="policy">Its retries so far.</param>
    /// <param name="request">The request.</param>
    /// <param name="reason">Why.</param>
    public void Retrying(RetryPolicy policy, ClusterRequest request, string reason)
    {
        if (policy.Tries == 1)
        {
            _sink.Verbose($"Trying {request.Method} {request.PathAndQuery.Split('?')[0]} again: {reason}.");
        }

        if (policy.Lasting >= Patience && FirstToWarn())
        {
            _sink.Warning($"The API server {_server} has been failing for {policy.Lasting.TotalSeconds:0} s ({reason}); still trying.");
        }
    }

    /// <summary>A request got its last answer.</summary>
    /// <param name="policy">Its retries.</param>
    public void Answered(RetryPolicy policy)
    {
        if (policy.Lasting < Patience)
        {
            return;
        }

        lock (_lock)
        {
            if (_warned is null)
            {
                return;
            }

            _warned = null;
        }

        _sink.Verbose($"The API server {_server} answers again.");
    }

    private bool FirstToWarn()
    {
        lock (_lock)
        {
            if (_warned is { } at && _time.GetElapsedTime(at) < TimeSpan.FromMinutes(1))
            {
                return false;
            }

            _warned = _time.GetTimestamp();
            return true;
        }
    }
}
