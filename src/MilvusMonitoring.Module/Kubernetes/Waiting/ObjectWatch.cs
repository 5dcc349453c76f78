using MilvusMonitoring.IO;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Follows the objects of one list by watches. When the server ends a watch, a new one starts after a back-off.</summary>
internal sealed class ObjectWatch(ClusterClient client)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Passes each state of each object to an observer, until the observer returns true.</summary>
    /// <param name="namespaceName">The namespace; null for a kind without namespaces.</param>
    /// <param name="onlyName">The name of the only observed object; null for all.</param>
    public async Task FollowAsync(
        ResourceType type,
        string? namespaceName,
        string? onlyName,
        Func<WatchEvent, bool> observe,
        CancellationToken cancellationToken)
    {
        var selector = onlyName is null ? string.Empty : $"&fieldSelector=metadata.name%3D{Uri.EscapeDataString(onlyName)}";
        var path = $"{type.GetListPath(namespaceName)}?watch=true&allowWatchBookmarks=true{selector}";
        var pause = FirstPause;
        while (true)
        {
            await foreach (var watchEvent in client.WatchAsync(path, false, type.Plural, cancellationToken).ConfigureAwait(false))
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
    /// Reports every change of a list from now on, until the cancellation. Returns at once if the server does not serve the kind.
    /// </summary>
    /// <param name="namespaceName">The namespace; null for all, or for a kind without namespaces.</param>
    /// <param name="selector">A query such as <c>labelSelector=a%3Db</c>; empty for all objects.</param>
    /// <param name="metadataOnly">Whether the objects' metadata is enough.</param>
    /// <param name="begun">Called once, when the watch is about to start.</param>
    /// <param name="changed">Receives the object of each change, or nothing after a gap that may have hidden a change.</param>
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
            var path = type.GetListPath(namespaceName);
            var list = await client
                .FindDocumentAsync($"{path}?limit=1{query}", ClusterClient.MetadataOnlyList, cancellationToken).ConfigureAwait(false);
            if (list is not { } body)
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
            var watch = client.WatchAsync(
                $"{path}?watch=true{query}&resourceVersion={from}",
                metadataOnly,
                type.Plural,
                cancellationToken);
            await foreach (var watchEvent in watch.ConfigureAwait(false))
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
    /// <param name="uid">The UID. A later object of the same name is another object.</param>
    public async Task UntilGoneAsync(ResourceType type, ResourceId id, string uid, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            var selector = $"fieldSelector=metadata.name%3D{Uri.EscapeDataString(id.Name)}";
            var path = type.GetListPath(id.Namespace);
            var body = await client
                .FindDocumentAsync($"{path}?{selector}", ClusterClient.MetadataOnlyList, cancellationToken).ConfigureAwait(false);
            if (body is null || !JsonSlice.Items(body.Value, "items").Any(item => ObjectMetadataReader.Read(item)?.Uid == uid))
            {
                return;
            }

            var from = JsonSlice.Parse(body.Value, "metadata").Text("resourceVersion");
            var watch = client.WatchAsync(
                $"{path}?watch=true&{selector}&resourceVersion={from}",
                metadataOnly: true,
                id.ToString(),
                cancellationToken);
            await foreach (var watchEvent in watch.ConfigureAwait(false))
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
