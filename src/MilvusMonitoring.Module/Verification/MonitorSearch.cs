using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>Lists the monitors of a cluster, whoever made them and wherever they are.</summary>
internal sealed class MonitorSearch(ClusterClient client, IActivitySink sink)
{
    /// <summary>Lists the monitors of namespaces by namespace and name, for a caller who may not list those of all.</summary>
    /// <param name="places">The namespaces: that of the Milvus, then others.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="MonitoringException">The caller may not list the ServiceMonitors of the first namespace.</exception>
    public async Task<IReadOnlyList<LiveMonitor>> ListNearAsync(IReadOnlyList<string> places, CancellationToken cancellationToken)
    {
        // Monitors of the others matter only if the caller may read them.
        var found = (await ListAsync(places[0], cancellationToken).ConfigureAwait(false)).ToList();
        foreach (var place in places.Skip(1))
        {
            found.AddRange(await ListAsync(place, cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false));
        }

        return found;
    }

    /// <summary>Lists the monitors by namespace and name.</summary>
    /// <param name="place">The namespace; null for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="MonitoringException">The caller may not list the ServiceMonitors.</exception>
    public async Task<IReadOnlyList<LiveMonitor>> ListAsync(string? place, CancellationToken cancellationToken)
    {
        var services = await ListAsync(ResourceType.ServiceMonitor, place, cancellationToken).ConfigureAwait(false);
        var pods = await ListAsync(ResourceType.PodMonitor, place, cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false);
        return
        [
            .. services
                .Concat(pods)
                .OrderBy(monitor => monitor.Metadata.Namespace, StringComparer.Ordinal)
                .ThenBy(monitor => monitor.Metadata.Name, StringComparer.Ordinal),
        ];
    }

    private async Task<IReadOnlyList<LiveMonitor>> ListAsync(ResourceType type, string? place, CancellationToken cancellationToken)
    {
        var objects = await client
            .ListAsync(type, place, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        return [.. objects.Select(json => LiveMonitor.From(type, json)).OfType<LiveMonitor>()];
    }
}
