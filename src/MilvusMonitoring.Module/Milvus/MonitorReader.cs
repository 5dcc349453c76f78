using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>Reads the monitors of Milvus, with what they select.</summary>
internal sealed class MonitorReader(ClusterClient client, IActivitySink sink)
{
    private readonly MonitorTargetReader _targets = new(client, sink);

    /// <summary>Lists the monitors of Milvus; none where the cluster does not know the kinds.</summary>
    /// <param name="namespaceName">The namespace; null for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<IReadOnlyList<LiveMonitor>> ListAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var found = await ListAsync(ResourceType.ServiceMonitor, namespaceName, cancellationToken).ConfigureAwait(false);
        try
        {
            found.AddRange(await ListAsync(ResourceType.PodMonitor, namespaceName, cancellationToken).ConfigureAwait(false));
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
        }

        return
        [
            .. found
                .OrderBy(monitor => monitor.Metadata.Namespace, StringComparer.Ordinal)
                .ThenBy(monitor => monitor.Metadata.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Reads one monitor; null where it is not there.</summary>
    public async Task<LiveMonitor?> FindAsync(ResourceType type, ResourceId id, CancellationToken cancellationToken)
    {
        if (await client.FindAsync(type, id, cancellationToken).ConfigureAwait(false) is not { } body)
        {
            return null;
        }

        using var document = ClusterClient.ParseResponse(body, id.ToString());
        return LiveMonitor.From(type, document.RootElement.Clone());
    }

    /// <summary>The monitor as it is shown.</summary>
    public async Task<MilvusServiceMonitor> ShowAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        var targets = await FindTargetsAsync(monitor, cancellationToken).ConfigureAwait(false);
        var endpoint = monitor.Endpoints.Count > 0 ? monitor.Endpoints[0] : default;
        return new MilvusServiceMonitor
        {
            Name = monitor.Metadata.Name,
            Namespace = monitor.Metadata.Namespace!,
            Kind = monitor.Type.Kind,
            Instance = monitor.Instance,
            CreatedAt = monitor.Json.Member("metadata").Time("creationTimestamp"),
            Interval = endpoint.Text("interval"),
            ScrapeTimeout = endpoint.Text("scrapeTimeout"),
            Labels = monitor.Metadata.Labels,
            Managers = FieldManagers.ListAppliers([monitor.Metadata]),
            Services = monitor.Type.Kind == "PodMonitor" ? [] : [.. targets.Scraped.Select(service => service.Name)],
            Endpoints = targets.Endpoints?.Count,
            ReadyEndpoints = targets.Ready?.Count,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
        };
    }

    /// <summary>What a monitor selects.</summary>
    /// <exception cref="MonitoringException">The caller may not see it.</exception>
    public Task<MonitorTargets> TargetsOfAsync(LiveMonitor monitor, CancellationToken cancellationToken) =>
        _targets.ReadAsync(monitor, cancellationToken);

    /// <summary>The Services that a ServiceMonitor with the chart's selector would select.</summary>
    public Task<IReadOnlyList<string>> ServicesOfAsync(MilvusChart chart, CancellationToken cancellationToken) =>
        _targets.ServicesWithPortAsync(
            chart.Namespace,
            JsonSerializer.SerializeToElement(new { matchLabels = chart.ServiceLabels }),
            [MilvusChart.MetricsPort],
            cancellationToken);

    private async Task<MonitorTargets> FindTargetsAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        try
        {
            return await TargetsOfAsync(monitor, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return new MonitorTargets([], [], null);
        }
    }

    private async Task<List<LiveMonitor>> ListAsync(ResourceType type, string? namespaceName, CancellationToken cancellationToken) =>
        [
            .. (
                await client
                    .ListAsync(type, namespaceName, string.Empty, cancellationToken)
                    .ToListAsync(cancellationToken).ConfigureAwait(false))
                .Select(json => LiveMonitor.From(type, json))
                .OfType<LiveMonitor>()
                .Where(monitor => monitor.IsOfMilvus),
        ];
}
