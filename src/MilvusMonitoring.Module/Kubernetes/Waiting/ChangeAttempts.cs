using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>
/// Limits the attempts to change an object that others change too. An attempt reads the object, and writes only to the version that it
/// read.
/// </summary>
internal sealed class ChangeAttempts(IActivitySink sink)
{
    private const int Most = 6;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private int _made;

    /// <summary>Pauses before the next attempt, because somebody else has changed the object since it was read.</summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ObjectChanged"/>: that was the last attempt.</exception>
    public async Task PauseAsync(ResourceId id, CancellationToken cancellationToken)
    {
        if (++_made == Most)
        {
            throw new MonitoringException(
                ErrorId.ObjectChanged,
                $"Somebody else changed {id} before each of {Most} attempts to patch it",
                "find out what keeps changing it, and run the command again",
                id.ToString());
        }

        sink.Verbose($"{id} has changed since it was read; reading it again");
        await Task.Delay(Backoff.After(_made, FirstPause, LongestPause), cancellationToken).ConfigureAwait(false);
    }
}
