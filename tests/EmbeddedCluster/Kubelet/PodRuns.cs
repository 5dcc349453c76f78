using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Kubelet;

/// <summary>Which pods run on the node, and when one ends.</summary>
internal sealed class PodRuns
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _ends = new(StringComparer.Ordinal);

    /// <param name="rest">The pod without its metadata.</param>
    public static bool IsRunning(JsonObject rest)
    {
        var status = rest.Child("status");
        return status.Text("phase") == "Running"
            && (
                status["containerStatuses"] is not JsonArray { Count: > 0 }
                || status.Items("containerStatuses").Any(each => each.At("state.running") is not null));
    }

    /// <summary>Whether the node has the pod's network: then it forwards, if only to find that nothing listens.</summary>
    /// <remarks>
    /// Recorded of a pod whose image could not be pulled. One whose containers have ended for good, or are not begun, is "not found".
    /// </remarks>
    /// <param name="rest">The pod without its metadata.</param>
    public static bool HasSandbox(JsonObject rest) =>
        IsRunning(rest)
        || (
            rest.Child("status").Text("phase") is "Pending" or "Running"
            && rest.Child("status")
                .Items("containerStatuses")
                .Any(each => (string?)each.At("state.waiting.reason") is { } and not ("ContainerCreating" or "PodInitializing")));

    /// <summary>
    /// Cancelled when the pod's containers stop. Whoever asks must look at the pod afterwards: it may have stopped before.
    /// </summary>
    public CancellationToken EndOf(string uid) => _ends.GetOrAdd(uid, _ => new()).Token;

    public void End(string uid)
    {
        if (_ends.TryRemove(uid, out var end))
        {
            end.Cancel();
            end.Dispose();
        }
    }
}
