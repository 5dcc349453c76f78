using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Waits for an object that is being deleted, and finds out what holds it when it does not go.</summary>
internal static class DeletionWait
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SaidFirstAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SaidEvery = TimeSpan.FromSeconds(10);

    private static readonly HashSet<string?> Holding =
    [
        "NamespaceDeletionDiscoveryFailure",
        "NamespaceDeletionGroupVersionParsingFailure",
        "NamespaceDeletionContentFailure",
        "NamespaceContentRemaining",
        "NamespaceFinalizersRemaining",
    ];

    /// <summary>Waits until the object is gone.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="type">The kind.</param>
    /// <param name="id">Which object.</param>
    /// <param name="uid">Its UID: a successor of the same name is another object.</param>
    /// <param name="deadline">Until when to wait.</param>
    /// <param name="report">Is told now and then what holds it, where the wait is long.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What holds it; null where it is gone.</returns>
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
            for (var pause = SaidFirstAfter; await IsLongerAsync(gone, pause, either.Token).ConfigureAwait(false); pause = SaidEvery)
            {
                if (await WhatHoldsAsync(client, type, id, uid, either.Token).ConfigureAwait(false) is { } why)
                {
                    report($"{id} to be gone: {why}");
                }
            }

            await gone.ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (deadline.IsOver && !cancellationToken.IsCancellationRequested)
        {
            return await WhatHoldsAsync(client, type, id, uid, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<bool> IsLongerAsync(Task gone, TimeSpan pause, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(gone, Task.Delay(pause, enough.Token)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        return !gone.IsCompleted && !cancellationToken.IsCancellationRequested;
    }

    private static async Task<string?> WhatHoldsAsync(
        ClusterClient client,
        ResourceType type,
        ResourceId id,
        string uid,
        CancellationToken cancellationToken)
    {
        using var look = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        look.CancelAfter(LongestLook);
        try
        {
            return
                await client.FindAsync(type, id, look.Token).ConfigureAwait(false) is { } live
                && ObjectMetadataReader.Read(live) is { } metadata
                && metadata.Uid == uid
                ? Describe(metadata, JsonSlice.Parse(live, "status"))
                : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "the API server does not say why in time";
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return "it may not be looked at";
        }
    }

    private static string Describe(ObjectMetadata metadata, JsonElement status)
    {
        var conditions = status.Items("conditions")
            .Where(condition => condition.Text("status") == "True" && Holding.Contains(condition.Text("type")))
            .Select(condition => condition.Text("message"))
            .OfType<string>()
            .ToList();
        return conditions.Count > 0 ? string.Join("; ", conditions)
            : metadata.Finalizers.Count > 0
                ? $"its finalizers {string.Join(", ", metadata.Finalizers)} are still there: whoever set them has to finish, or to be removed from it"
            : status.Text("phase") == "Terminating" && !status.Items("conditions").Any()
                ? "its controller has not looked at it yet, which it does 5 s after the deletion"
            : "nothing says why";
    }
}
