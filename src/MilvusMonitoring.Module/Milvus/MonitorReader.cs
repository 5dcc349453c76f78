using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<LiveMonitor>>>> _all = new(StringComparer.Ordinal);

    /// <summary>Lists the monitors of Milvus; none if the cluster does not know the kinds.</summary>
    /// <param name="namespaceName">The namespace; null for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<IReadOnlyList<LiveMonitor>> ListAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var services = await ListAsync(ResourceType.ServiceMonitor, namespaceName, cancellationToken).ConfigureAwait(false);
        var pods = await ListAsync(ResourceType.PodMonitor, namespaceName, cancellationToken)
            .ListIfPermittedAsync(sink)
            .ConfigureAwait(false);
        return
        [
            .. services
                .Concat(pods)
                .OrderBy(monitor => monitor.Metadata.Namespace, StringComparer.Ordinal)
                .ThenBy(monitor => monitor.Metadata.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Lists the monitors with a name that the user asks for.</summary>
    /// <exception cref="MonitoringException">The user asks for an exact name, and no monitor has it.</exception>
    public async Task<IReadOnlyList<LiveMonitor>> ListAsync(
        string? namespaceName,
        NamePattern pattern,
        CancellationToken cancellationToken)
    {
        var all = await ListAsync(namespaceName, cancellationToken).ConfigureAwait(false);
        var found = all.Where(monitor => pattern.Matches(monitor.Metadata.Name)).ToList();
        if (found.Count == 0 && pattern.Exact is { } name)
        {
            var place = namespaceName is null ? client.Connection.Context : $"namespace {namespaceName}";
            throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"There is no monitor of Milvus named '{name}' in {place}",
                NameSuggestions.Describe(name, all.Select(monitor => monitor.Metadata.Name).Distinct()),
                name);
        }

        return found;
    }

    /// <summary>Lists the monitors of one Milvus.</summary>
    /// <param name="namespaceName">The namespace; null for all.</param>
    /// <param name="instance">The name of the Milvus.</param>
    /// <param name="monitorName">The name of its own monitor, which may name the release only; null if it is not known.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<IReadOnlyList<LiveMonitor>> ListForInstanceAsync(
        string? namespaceName,
        string instance,
        string? monitorName,
        CancellationToken cancellationToken)
    {
        var all = await ListAsync(namespaceName, cancellationToken).ConfigureAwait(false);
        return [.. all.Where(monitor => monitor.Instance == instance || monitor.Metadata.Name == monitorName)];
    }

    /// <summary>
    /// Finds a monitor that selects the Services of a Milvus and a port of theirs with metrics, or its pods; null if there is none. Of
    /// several, one in the namespace of the Milvus comes first. If the caller may not list monitors in all namespaces, only that one is
    /// looked at.
    /// </summary>
    public async Task<LiveMonitor?> FindSelectingAsync(MilvusObjects objects, CancellationToken cancellationToken)
    {
        var services = await ListNearAsync(ResourceType.ServiceMonitor, objects.Namespace, cancellationToken).ConfigureAwait(false);
        if (services.FirstOrDefault(monitor => Selects(monitor, objects)) is { } found)
        {
            return found;
        }

        var pods = await ListNearAsync(ResourceType.PodMonitor, objects.Namespace, cancellationToken)
            .ListIfPermittedAsync(sink)
            .ConfigureAwait(false);
        return pods.FirstOrDefault(monitor =>
            monitor.TargetNamespaces.Any(place => place is null || place == objects.Namespace)
            && (objects.Pods ?? []).Any(pod =>
                LabelSelector.Selects(monitor.Selector, pod.Labels) && pod.MetricsPorts.Any(monitor.Scrapes)));
    }

    /// <summary>Lists the monitors of all namespaces, those of one namespace first. All are read once.</summary>
    private async Task<IReadOnlyList<LiveMonitor>> ListNearAsync(
        ResourceType type,
        string namespaceName,
        CancellationToken cancellationToken)
    {
        try
        {
            var all = await _all
                .GetOrAdd(type.Kind, _ => new Lazy<Task<IReadOnlyList<LiveMonitor>>>(() => ListAllAsync(type, null, cancellationToken)))
                .Value.ConfigureAwait(false);
            return [.. all.OrderByDescending(monitor => monitor.Metadata.Namespace == namespaceName)];
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return await ListAllAsync(type, namespaceName, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a ServiceMonitor selects a Service of a Milvus, and the metrics of it.</summary>
    public static bool Selects(LiveMonitor monitor, MilvusObjects objects) =>
        objects.Scraped.Any(service => Selects(monitor, service));

    private static bool Selects(LiveMonitor monitor, MilvusService service) =>
        monitor.TargetNamespaces.Any(place => place is null || place == service.Namespace)
        && LabelSelector.Selects(monitor.Selector, service.Labels)
        && service.MetricsPort is { } port
        && monitor.Scrapes(port);

    /// <summary>Finds one monitor.</summary>
    public async Task<LiveMonitor?> FindAsync(ResourceType type, ResourceId id, CancellationToken cancellationToken)
    {
        if (await client.FindAsync(type, id, cancellationToken).ConfigureAwait(false) is not { } body)
        {
            return null;
        }

        using var document = ClusterClient.ParseResponse(body, id.ToString());
        return LiveMonitor.From(type, document.RootElement.Clone());
    }

    /// <summary>Shows monitors with their targets, in order.</summary>
    public IAsyncEnumerable<MilvusServiceMonitor> ShowAsync(IEnumerable<LiveMonitor> monitors, CancellationToken cancellationToken) =>
        monitors.SelectAheadAsync(ClusterClient.DefaultThrottleLimit, ShowAsync, cancellationToken);

    /// <summary>Shows a monitor with its targets.</summary>
    public async Task<MilvusServiceMonitor> ShowAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        var targets = await ReadPermittedTargetsAsync(monitor, cancellationToken).ConfigureAwait(false);
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
            Services = monitor.Type.Kind == ResourceType.PodMonitor.Kind ? [] : [.. targets.Scraped.Select(service => service.Name)],
            Endpoints = targets.Endpoints?.Count,
            ReadyEndpoints = targets.Ready?.Count,
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
        };
    }

    /// <summary>Reads what a monitor selects.</summary>
    /// <exception cref="MonitoringException">The caller may not read it.</exception>
    public Task<MonitorTargets> ReadTargetsAsync(LiveMonitor monitor, CancellationToken cancellationToken) =>
        _targets.ReadAsync(monitor, cancellationToken);

    /// <summary>Lists the Services that a ServiceMonitor with the chart's selector selects.</summary>
    public Task<IReadOnlyList<string>> ListServicesAsync(MilvusChart chart, CancellationToken cancellationToken) =>
        _targets.ListServicesWithPortAsync(
            chart.Namespace,
            JsonSerializer.SerializeToElement(new { matchLabels = chart.ServiceLabels }),
            [MilvusChart.MetricsPort],
            cancellationToken);

    private async Task<MonitorTargets> ReadPermittedTargetsAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadTargetsAsync(monitor, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return new MonitorTargets([], [], null);
        }
    }

    private async Task<IReadOnlyList<LiveMonitor>> ListAsync(ResourceType type, string? namespaceName, CancellationToken cancellationToken)
    {
        var all = await ListAllAsync(type, namespaceName, cancellationToken).ConfigureAwait(false);
        return [.. all.Where(monitor => monitor.IsOfMilvus)];
    }

    private async Task<IReadOnlyList<LiveMonitor>> ListAllAsync(
        ResourceType type,
        string? namespaceName,
        CancellationToken cancellationToken)
    {
        var objects = await client
            .ListAsync(type, namespaceName, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        return [.. objects.Select(json => LiveMonitor.From(type, json)).OfType<LiveMonitor>()];
    }
}
