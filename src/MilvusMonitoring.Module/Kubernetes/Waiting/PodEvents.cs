using System.Collections.Concurrent;
using System.Text.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>Reads the events of pods. Each namespace is read once, however many workloads need its events.</summary>
internal sealed class PodEvents(ClusterClient client)
{
    /// <summary>The reason of a kubelet's events about containers that cannot start.</summary>
    public const string Failed = nameof(Failed);

    private readonly ConcurrentDictionary<(string? Namespace, string Reason), Lazy<Task<IReadOnlyList<JsonElement>>>> _read = new();

    /// <summary>Lists the events of a namespace with a reason.</summary>
    public Task<IReadOnlyList<JsonElement>> ListAsync(string? namespaceName, string reason, CancellationToken cancellationToken) =>
        _read
            .GetOrAdd((namespaceName, reason), key => new Lazy<Task<IReadOnlyList<JsonElement>>>(() =>
                ReadAsync(key.Namespace, key.Reason, cancellationToken)))
            .Value;

    private async Task<IReadOnlyList<JsonElement>> ReadAsync(string? namespaceName, string reason, CancellationToken cancellationToken)
    {
        try
        {
            return await client
                .ListAsync(ResourceType.Event, namespaceName, $"fieldSelector=reason%3D{reason}", cancellationToken)
                .ToListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            // A user who may read pods may lack the permission for events. The status of the pods must be enough then.
            return [];
        }
    }
}
