using System.Text.Json;
using MilvusMonitoring.IO;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Waits for a terminating object, and finds out what blocks its deletion.</summary>
internal static class DeletionWait
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstReport = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(10);

    private static readonly HashSet<string?> Blocking =
    [
        "NamespaceDeletionDiscoveryFailure",
        "NamespaceDeletionGroupVersionParsingFailure",
        "NamespaceDeletionContentFailure",
        "NamespaceContentRemaining",
        "NamespaceFinalizersRemaining",
    ];

    /// <summary>Waits until the object is gone.</summary>
    /// <param name="uid">The UID. A later object of the same name is another object.</param>
    /// <param name="report">Receives what blocks a long deletion, from time to time.</param>
    /// <returns>What blocks the deletion; null if the object is gone.</returns>
    public static async Task<string?> UntilGoneAsync(
        ClusterClient client,
        ResourceType type,
        ResourceId id,
        string uid,
        Deadline deadline,
        Action<string> report,
        CancellationToken cancellationToken)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            var gone = new ObjectWatch(client).UntilGoneAsync(type, id, uid, either.Token);
            gone.ObserveError();
            for (var pause = FirstReport; await IsPendingAsync(gone, pause, either.Token).ConfigureAwait(false); pause = ReportInterval)
            {
                if (await FindBlockerAsync(client, type, id, uid, either.Token).ConfigureAwait(false) is { } why)
                {
                    report($"{id} to be gone: {why}");
                }
            }

            await gone.ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (deadline.IsOver && !cancellationToken.IsCancellationRequested)
        {
            return await FindBlockerAsync(client, type, id, uid, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<bool> IsPendingAsync(Task gone, TimeSpan pause, CancellationToken cancellationToken)
    {
        using var pauseEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(gone, Task.Delay(pause, pauseEnd.Token)).ConfigureAwait(false);
        await pauseEnd.CancelAsync().ConfigureAwait(false);
        return !gone.IsCompleted && !cancellationToken.IsCancellationRequested;
    }

    private static async Task<string?> FindBlockerAsync(
        ClusterClient client,
        ResourceType type,
        ResourceId id,
        string uid,
        CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadLimit);
        try
        {
            return await client.FindAsync(type, id, limit.Token).ConfigureAwait(false) is { } live
                && ObjectMetadataReader.Read(live) is { } metadata
                && metadata.Uid == uid
                    ? Describe(metadata, JsonSlice.Parse(live, "status"))
                    : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "the API server did not answer in time";
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return "you cannot read the object";
        }
    }

    private static string Describe(ObjectMetadata metadata, JsonElement status)
    {
        var conditions = status.Items("conditions")
            .Where(condition => condition.Text("status") == "True" && Blocking.Contains(condition.Text("type")))
            .Select(condition => condition.Text("message"))
            .OfType<string>()
            .ToList();
        if (conditions.Count > 0)
        {
            return string.Join("; ", conditions);
        }

        if (metadata.Finalizers.Count > 0)
        {
            var finalizers = string.Join(", ", metadata.Finalizers);
            return $"its finalizers {finalizers} are still set: their controllers have to finish, or somebody has to remove the finalizers";
        }

        return status.Text("phase") == "Terminating" && !status.Items("conditions").Any()
            ? "its controller has not seen the deletion yet, which takes 5 s"
            : "the server gives no reason";
    }
}
