using System.Text.Json;
using MilvusMonitoring.IO;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Knows at any time which pods of a Service are ready, for as long as it is followed.</summary>
/// <param name="client">The cluster.</param>
/// <param name="target">The Service and its port.</param>
/// <param name="changed">Is told of every change, on any thread.</param>
internal sealed class BackendWatch(ClusterClient client, ServiceTarget target, Action<ServiceEndpoints> changed)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, ServiceEndpoints> _parts = new(StringComparer.Ordinal);
    private EndpointSource? _source;
    private string? _version;
    private volatile ServiceEndpoints _all = ServiceEndpoints.None;

    /// <summary>What stands behind the Service, as far as is known.</summary>
    public ServiceEndpoints Current => _all;

    /// <summary>Reads what stands behind the Service now.</summary>
    /// <exception cref="MonitoringException">The caller may see neither EndpointSlices nor Endpoints, or the cluster is out of
    /// reach.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_source is not null)
        {
            await ReadAsync(_source, cancellationToken).ConfigureAwait(false);
            return;
        }

        MonitoringException? denied = null;
        foreach (var source in EndpointSource.List(target.Service))
        {
            try
            {
                if (await ReadAsync(source, cancellationToken).ConfigureAwait(false))
                {
                    _source = source;
                    return;
                }

                _source ??= source;
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
            {
                denied ??= exception;
            }
        }

        if (_source is null)
        {
            throw denied!;
        }
    }

    /// <summary>Follows all changes, through every loss of the connection, until it is cancelled.</summary>
    /// <param name="trouble">Is told what stands in the way.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task FollowAsync(Action<MonitoringException> trouble, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                if (await WatchAsync(cancellationToken).ConfigureAwait(false))
                {
                    pause = FirstPause;
                }

                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                await LoadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception)
            {
                trouble(exception);
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            }

            pause = Backoff.Next(pause, LongestPause);
        }
    }

    /// <summary>Watches until the server ends it.</summary>
    /// <returns>Whether anything was seen.</returns>
    private async Task<bool> WatchAsync(CancellationToken cancellationToken)
    {
        var path =
            $"{_source!.Type.ListPath(target.Namespace)}?watch=true&allowWatchBookmarks=true&{_source.Selector}&resourceVersion={_version}";
        var seen = false;
        await foreach (
            var watchEvent in client.WatchAsync(path, false, $"{_source.Type.Plural} of {target}", cancellationToken).ConfigureAwait(false))
        {
            seen = true;
            switch (watchEvent.Kind)
            {
                case WatchEventKind.Expired:
                    return seen;
                case WatchEventKind.Bookmark:
                    continue;
            }

            var item = JsonSlice.Parse(watchEvent.Object);
            Set(item, watchEvent.Kind == WatchEventKind.Deleted);
            Publish();
        }

        return seen;
    }

    /// <summary>Lists anew.</summary>
    /// <returns>Whether there is any object.</returns>
    private async Task<bool> ReadAsync(EndpointSource source, CancellationToken cancellationToken)
    {
        if (
            await client
                .FindDocumentAsync($"{source.Type.ListPath(target.Namespace)}?{source.Selector}", "application/json", cancellationToken)
                .ConfigureAwait(false)
            is not { } body)
        {
            return false;
        }

        using var list = ClusterClient.ParseResponse(body, $"{source.Type.Plural} of {target}");
        _version = list.RootElement.Member("metadata").Text("resourceVersion");
        _parts.Clear();
        foreach (var item in list.RootElement.Items("items"))
        {
            _parts[NameOf(item)] = source.Read(item, target.Port.Name);
        }

        Publish();
        return _parts.Count > 0;
    }

    private void Set(JsonElement item, bool isDeleted)
    {
        if (isDeleted)
        {
            _parts.Remove(NameOf(item));
        }
        else
        {
            _parts[NameOf(item)] = _source!.Read(item, target.Port.Name);
        }
    }

    private void Publish()
    {
        _all = ServiceEndpoints.Union(_parts.Values);
        changed(_all);
    }

    private static string NameOf(JsonElement item) => item.Member("metadata").Text("name") ?? string.Empty;
}
