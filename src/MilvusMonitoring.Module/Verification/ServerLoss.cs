using MilvusMonitoring.Kubernetes.Errors;

namespace MilvusMonitoring.Verification;

/// <summary>
/// Whether the API server was lost on the way. Each request is patient with a server that may come back; to be so for one link after the
/// other would take minutes.
/// </summary>
internal sealed class ServerLoss
{
    // One may be of what is asked for alone.
    private const int MostFailures = 2;

    private int _failures;

    /// <summary>The link at which it was lost; null while it answers.</summary>
    public string? At { get; private set; }

    /// <summary>Takes note of what came of a link.</summary>
    /// <param name="link">The link.</param>
    /// <param name="errorId">The error that it met; null for none.</param>
    public void Note(string link, string? errorId)
    {
        if (ClusterFailure.AffectsEveryRequest(errorId) || (ClusterFailure.IsServerFault(errorId) && ++_failures == MostFailures))
        {
            At ??= link;
        }
    }
}
