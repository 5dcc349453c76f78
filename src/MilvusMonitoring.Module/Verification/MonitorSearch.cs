using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>Lists the monitors of a cluster, whoever made them and wherever they are.</summary>
internal sealed class MonitorSearch(ClusterClient client, IActivitySink sink)
{
    /// <summary>Lists the monitors by namespace and name.</summary>
    /// <param name="places">The namespaces to read if the caller may not list all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="MonitoringException">The caller may not list the ServiceMonitors of any of these namespaces.</exception>
    public async Task<IReadOnlyList<LiveMonitor>> ListAsync(IReadOnlyList<string> places, CancellationToken cancellationToken)
    {
        try
        {
            return await ListInAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
        }

        // The first namespace is that of the Milvus. Monitors of the others matter only if the caller may read them.
        var found = (await ListInAsync(places[0], cancellationToken).ConfigureAwait(false)).ToList();
        foreach (var place in places.Skip(1))
        {
            found.AddRange(await ListInAsync(place, cancellationToken).ListIfPermittedAsync(sink).ConfigureAwait(false));
        }

        return found;
    }

    private async Task<IReadOnlyList<LiveMonitor>> ListInAsync(string? place, CancellationToken cancellationToken)
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
