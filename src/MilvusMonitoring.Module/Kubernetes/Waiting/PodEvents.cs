using System.Collections.Concurrent;
using System.Text.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Kubernetes.Waiting;

/// <summary>What kubelets and controllers say of pods, each namespace read once, however many workloads ask.</summary>
internal sealed class PodEvents(ClusterClient client)
{
    /// <summary>The reason that a kubelet gives what keeps a container from starting.</summary>
    public const string Failed = nameof(Failed);

    private readonly ConcurrentDictionary<(string? Namespace, string Reason), Lazy<Task<IReadOnlyList<JsonElement>>>> _read = new();

    /// <summary>Reads the events of a namespace that have a reason.</summary>
    /// <param name="namespaceName">The namespace.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task<IReadOnlyList<JsonElement>> OfAsync(string? namespaceName, string reason, CancellationToken cancellationToken) =>
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
            // Who may read pods may not always read events: what the pods say has to do.
            return [];
        }
    }
}
