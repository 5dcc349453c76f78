using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>Reports retries: a verbose line at the first retry of a request, and one warning if an outage lasts.</summary>
internal sealed class ClusterActivity(string server, IActivitySink sink, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly object _lock = new();
    private long? _warned;

    /// <summary>Reports that a request is about to be tried again.</summary>
    public void ReportRetry(RetryPolicy policy, ClusterRequest request, string reason)
    {
        if (policy.Tries == 1)
        {
            sink.Verbose($"Trying {request.Method} {request.Path} again: {reason}.");
        }

        if (policy.Lasting >= Patience && TakeWarning())
        {
            sink.Warning($"The API server {server} has been failing for {policy.Lasting.TotalSeconds:0} s ({reason}); still trying.");
        }
    }

    /// <summary>Reports that a request got its response, if a warning of the outage was shown before.</summary>
    public void ReportResponse(RetryPolicy policy)
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

        sink.Verbose($"The API server {server} answers again.");
    }

    private bool TakeWarning()
    {
        lock (_lock)
        {
            if (_warned is { } at && time.GetElapsedTime(at) < WarningInterval)
            {
                return false;
            }

            _warned = time.GetTimestamp();
            return true;
        }
    }
}
