using System.Collections.Concurrent;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes;

/// <summary>
/// Finds out how the server serves a kind: from aggregated discovery (Kubernetes 1.26 and later) in two requests, or else from the
/// document of the kind's group. Only the requested groups are read, so a broken APIService of another group has no effect.
/// </summary>
internal sealed class ResourceTypes(ClusterClient client)
{
    /// <summary>Asks for aggregated discovery, which older servers do not have.</summary>
    public const string Aggregated =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    private readonly ConcurrentDictionary<(string Group, string Version, string Kind), ResourceType> _known = new();
    private readonly ConcurrentDictionary<(string Group, string Version), Lazy<Task>> _groups = new();
    private readonly object _lock = new();
    private Task? _aggregated;

    /// <summary>The kinds known so far. With aggregated discovery, the first look-up finds all kinds of the server.</summary>
    public IEnumerable<ResourceType> Known => _known.Values;

    /// <summary>Adds the kind of a CRD in the manifests, before the server serves it.</summary>
    public void Add(ResourceType type) => _known.TryAdd((type.Group, type.Version, type.Kind), type);

    /// <summary>Finds a kind; null if the server does not know the kind.</summary>
    public async Task<ResourceType?> FindAsync(string group, string version, string kind, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue((group, version, kind), out var type))
        {
            return type;
        }

        await ReadAggregatedOnceAsync(cancellationToken).ConfigureAwait(false);
        if (_known.TryGetValue((group, version, kind), out type))
        {
            return type;
        }

        await _groups
            .GetOrAdd((group, version), key => new Lazy<Task>(() => ReadGroupAsync(key.Group, key.Version, cancellationToken)))
            .Value.ConfigureAwait(false);
        return _known.GetValueOrDefault((group, version, kind));
    }

    /// <summary>Ensures that the server serves a kind of the Prometheus operator.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="target">What needs the kind, for the error.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.KindNotFound"/>.</exception>
    public async Task EnsureServedAsync(ResourceType type, string target, CancellationToken cancellationToken)
    {
        if (await FindAsync(type.Group, type.Version, type.Kind, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new MonitoringException(
                ErrorId.KindNotFound,
                $"The cluster does not know the kind {type.Kind}",
                "run Install-KubePrometheus first",
                target);
        }
    }

    private Task ReadAggregatedOnceAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _aggregated ??= Task.WhenAll(
                ReadAggregatedAsync("/api", cancellationToken),
                ReadAggregatedAsync("/apis", cancellationToken));
        }
    }

    private async Task ReadAggregatedAsync(string path, CancellationToken cancellationToken)
    {
        using var document = await ReadDocumentAsync(path, Aggregated, cancellationToken).ConfigureAwait(false);
        foreach (var group in document?.RootElement.Items("items") ?? [])
        {
            var name = group.Member("metadata").Text("name") ?? string.Empty;
            foreach (var version in group.Items("versions").Where(version => version.Text("freshness") != "Stale"))
            {
                foreach (var resource in version.Items("resources"))
                {
                    var kind = resource.Member("responseKind").Text("kind");
                    if (version.Text("version") is { } number && resource.Text("resource") is { } plural && kind is not null)
                    {
                        Add(new ResourceType(name, number, plural, kind, resource.Text("scope") == "Namespaced"));
                    }
                }
            }
        }
    }

    private async Task ReadGroupAsync(string group, string version, CancellationToken cancellationToken)
    {
        var path = group.Length == 0 ? $"/api/{version}" : $"/apis/{group}/{version}";
        using var document = await ReadDocumentAsync(path, "application/json", cancellationToken).ConfigureAwait(false);
        foreach (var resource in document?.RootElement.Items("resources") ?? [])
        {
            if (resource.Text("name") is { } plural && !plural.Contains('/', StringComparison.Ordinal) && resource.Text("kind") is { } kind)
            {
                Add(new ResourceType(group, version, plural, kind, resource.Member("namespaced").ValueKind == JsonValueKind.True));
            }
        }
    }

    private async Task<JsonDocument?> ReadDocumentAsync(string path, string accept, CancellationToken cancellationToken)
    {
        var body = await client.FindDocumentAsync(path, accept, cancellationToken).ConfigureAwait(false);
        return body is null ? null : ClusterClient.ParseResponse(body.Value, path);
    }
}
