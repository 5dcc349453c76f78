using MilvusMonitoring.IO;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Follows the objects of one list by watches, beginning anew with a back-off when the server ends one.</summary>
internal sealed class ObjectWatch(ClusterClient client)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Shows each state of each object until the observer has seen enough.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="namespaceName">The namespace; null for a kind that has none.</param>
    /// <param name="onlyName">The only object of interest; null for all.</param>
    /// <param name="observe">Is given each event; returns true when it has seen enough.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async Task FollowAsync(
        ResourceType type,
        string? namespaceName,
        string? onlyName,
        Func<WatchEvent, bool> observe,
        CancellationToken cancellationToken)
    {
        var selector = onlyName is null ? string.Empty : $"&fieldSelector=metadata.name%3D{Uri.EscapeDataString(onlyName)}";
        var path = $"{type.ListPath(namespaceName)}?watch=true&allowWatchBookmarks=true{selector}";
        var pause = FirstPause;
        while (true)
        {
            await foreach (var watchEvent in client.WatchAsync(path, false, $"{type.Plural}", cancellationToken).ConfigureAwait(false))
            {
                if (watchEvent.Kind is not (WatchEventKind.Bookmark or WatchEventKind.Expired) && observe(watchEvent))
                {
                    return;
                }

                pause = FirstPause;
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = Backoff.Next(pause, LongestPause);
        }
    }

    /// <summary>
    /// Tells of every change of a list from now on, until it is cancelled; of none where the server does not have the kind.
    /// </summary>
    /// <param name="type">The kind.</param>
    /// <param name="namespaceName">The namespace; null for all, or for a kind that has none.</param>
    /// <param name="selector">A query such as <c>labelSelector=a%3Db</c>; empty for all objects.</param>
    /// <param name="metadataOnly">Whether the objects' metadata will do.</param>
    /// <param name="begun">Is told when changes will be seen.</param>
    /// <param name="changed">Is given the object of each change, and nothing for a gap in which there may have been one.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.PermissionDenied"/> among others.</exception>
    public async Task FollowChangesAsync(
        ResourceType type,
        string? namespaceName,
        string selector,
        bool metadataOnly,
        Action begun,
        Action<ReadOnlyMemory<byte>> changed,
        CancellationToken cancellationToken)
    {
        var query = selector.Length == 0 ? string.Empty : "&" + selector;
        var pause = FirstPause;
        for (var isFirst = true; ; isFirst = false)
        {
            var path = type.ListPath(namespaceName);
            if (
                await client
                    .FindDocumentAsync($"{path}?limit=1{query}", ClusterClient.MetadataOnlyList, cancellationToken).ConfigureAwait(false)
                is not { } body)
            {
                return;
            }

            if (isFirst)
            {
                begun();
            }
            else
            {
                changed(default);
            }

            var from = JsonSlice.Parse(body, "metadata").Text("resourceVersion");
            await foreach (
                var watchEvent in client
                    .WatchAsync($"{path}?watch=true{query}&resourceVersion={from}", metadataOnly, type.Plural, cancellationToken)
                    .ConfigureAwait(false))
            {
                if (watchEvent.Kind == WatchEventKind.Expired)
                {
                    break;
                }

                changed(watchEvent.Object);
                pause = FirstPause;
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = Backoff.Next(pause, LongestPause);
        }
    }

    /// <summary>Waits until an object with this UID is gone.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="id">Which object.</param>
    /// <param name="uid">Its UID: a successor of the same name is another object.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task UntilGoneAsync(ResourceType type, ResourceId id, string uid, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            var selector = $"fieldSelector=metadata.name%3D{Uri.EscapeDataString(id.Name)}";
            var path = type.ListPath(id.Namespace);
            var body = await client
                .FindDocumentAsync($"{path}?{selector}", ClusterClient.MetadataOnlyList, cancellationToken).ConfigureAwait(false);
            if (body is null || !JsonSlice.Items(body.Value, "items").Any(item => ObjectMetadataReader.Read(item)?.Uid == uid))
            {
                return;
            }

            var from = JsonSlice.Parse(body.Value, "metadata").Text("resourceVersion");
            await foreach (
                var watchEvent in client
                    .WatchAsync($"{path}?watch=true&{selector}&resourceVersion={from}", true, id.ToString(), cancellationToken)
                    .ConfigureAwait(false))
            {
                if (watchEvent.Kind == WatchEventKind.Expired)
                {
                    break;
                }

                if (watchEvent.Kind == WatchEventKind.Deleted && ObjectMetadataReader.Read(watchEvent.Object)?.Uid == uid)
                {
                    return;
                }
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = Backoff.Next(pause, LongestPause);
        }
    }
}
