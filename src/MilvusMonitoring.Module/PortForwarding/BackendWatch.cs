using System.Text.Json;
using MilvusMonitoring.IO;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Follows which pods of a Service are ready.</summary>
/// <param name="client">The cluster.</param>
/// <param name="target">The Service and its port.</param>
/// <param name="changed">Receives the endpoints after every change, on any thread.</param>
internal sealed class BackendWatch(ClusterClient client, ServiceTarget target, Action<ServiceEndpoints> changed)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, ServiceEndpoints> _parts = new(StringComparer.Ordinal);
    private EndpointSource? _source;
    private string? _version;
    private volatile ServiceEndpoints _all = ServiceEndpoints.None;

    /// <summary>The endpoints as last read.</summary>
    public ServiceEndpoints Current => _all;

    /// <summary>Reads the endpoints.</summary>
    /// <exception cref="MonitoringException">The user may list neither EndpointSlices nor Endpoints, or the cluster cannot be
    /// reached.</exception>
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

    /// <summary>Follows all changes until it is cancelled; reconnects after every loss of the connection.</summary>
    /// <param name="failed">Receives each failure.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async Task FollowAsync(Action<MonitoringException> failed, CancellationToken cancellationToken)
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
                failed(exception);
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            }

            pause = Backoff.Next(pause, LongestPause);
        }
    }

    /// <summary>Watches until the server ends the watch.</summary>
    /// <returns>Whether the server sent any event.</returns>
    private async Task<bool> WatchAsync(CancellationToken cancellationToken)
    {
        var query = $"watch=true&allowWatchBookmarks=true&{_source!.Selector}&resourceVersion={_version}";
        var path = $"{_source.Type.GetListPath(target.Namespace)}?{query}";
        var events = client.WatchAsync(path, false, $"{_source.Type.Plural} of {target}", cancellationToken);
        var seen = false;
        await foreach (var watchEvent in events.ConfigureAwait(false))
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

    /// <summary>Lists the objects of a source.</summary>
    /// <returns>Whether there is any object.</returns>
    private async Task<bool> ReadAsync(EndpointSource source, CancellationToken cancellationToken)
    {
        var path = $"{source.Type.GetListPath(target.Namespace)}?{source.Selector}";
        if (await client.FindDocumentAsync(path, "application/json", cancellationToken).ConfigureAwait(false) is not { } body)
        {
            return false;
        }

        using var list = ClusterClient.ParseResponse(body, $"{source.Type.Plural} of {target}");
        _version = list.RootElement.Member("metadata").Text("resourceVersion");
        _parts.Clear();
        foreach (var item in list.RootElement.Items("items"))
        {
            _parts[GetName(item)] = source.Read(item, target.Port.Name);
        }

        Publish();
        return _parts.Count > 0;
    }

    private void Set(JsonElement item, bool isDeleted)
    {
        if (isDeleted)
        {
            _parts.Remove(GetName(item));
        }
        else
        {
            _parts[GetName(item)] = _source!.Read(item, target.Port.Name);
        }
    }

    private void Publish()
    {
        _all = ServiceEndpoints.Union(_parts.Values);
        changed(_all);
    }

    private static string GetName(JsonElement item) => item.Member("metadata").Text("name") ?? string.Empty;
}

/// <summary>One of the two kinds that list the endpoints of a Service.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Selector">The query that finds a Service's objects.</param>
/// <param name="Read">Reads one object, for a port's name.</param>
internal sealed record EndpointSource(ResourceType Type, string Selector, Func<JsonElement, string, ServiceEndpoints> Read)
{
    private static readonly ResourceType Endpoints = new(string.Empty, "v1", "endpoints", "Endpoints", true);

    /// <summary>EndpointSlices first; Endpoints if the cluster has no EndpointSlices, or the user may not list them.</summary>
    public static IReadOnlyList<EndpointSource> List(string service)
    {
        var name = Uri.EscapeDataString(service);
        return
        [
            new(ResourceType.EndpointSlice, $"labelSelector=kubernetes.io%2Fservice-name%3D{name}", ServiceEndpoints.ReadSlice),
            new(Endpoints, $"fieldSelector=metadata.name%3D{name}", ServiceEndpoints.ReadEndpoints),
        ];
    }
}
