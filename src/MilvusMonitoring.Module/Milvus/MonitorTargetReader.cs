using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>Finds what monitors select. Reads each namespace once.</summary>
internal sealed class MonitorTargetReader(ClusterClient client, IActivitySink sink)
{
    private readonly Dictionary<(string Kind, string? Namespace), Task<List<JsonElement>>> _lists = [];

    /// <summary>Finds what a monitor selects.</summary>
    public Task<MonitorTargets> ReadAsync(LiveMonitor monitor, CancellationToken cancellationToken) => monitor.Type.Kind == "PodMonitor"
        ? PodsAsync(monitor, cancellationToken)
        : ServicesAsync(monitor, cancellationToken);

    /// <summary>The Services of a namespace with a port of the given name that a selector selects.</summary>
    public async Task<IReadOnlyList<string>> ServicesWithPortAsync(
        string? namespaceName,
        JsonElement selector,
        IReadOnlyCollection<string> ports,
        CancellationToken cancellationToken) =>
        [
            .. (await SelectAsync(ResourceType.Service, namespaceName, selector, Ports, cancellationToken).ConfigureAwait(false))
                .Where(service => service.Ports.Any(ports.Contains))
                .Select(service => service.Name),
        ];

    private async Task<MonitorTargets> ServicesAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        var targets = new MonitorTargets(monitor.Ports, [], null);
        var endpoints = new Dictionary<(string, string, string), MonitorEndpoint>();
        var isSeen = true;
        foreach (var namespaceName in monitor.TargetNamespaces)
        {
            var selected = await SelectAsync(ResourceType.Service, namespaceName, monitor.Selector, Ports, cancellationToken)
                .ConfigureAwait(false);
            targets = targets with { Selected = [.. targets.Selected, .. selected] };
            try
            {
                await AddEndpointsAsync(targets, namespaceName, endpoints, cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
            {
                sink.Verbose(exception.Message);
                isSeen = false;
            }
        }

        return targets with { Endpoints = isSeen ? [.. endpoints.Values] : null };
    }

    private async Task AddEndpointsAsync(
        MonitorTargets targets,
        string? namespaceName,
        Dictionary<(string, string, string), MonitorEndpoint> endpoints,
        CancellationToken cancellationToken)
    {
        var services = targets.Scraped.Select(service => (service.Namespace, service.Name)).ToHashSet();
        foreach (var slice in await SlicesAsync(namespaceName, cancellationToken).ConfigureAwait(false))
        {
            var place = slice.Member("metadata").Text("namespace") ?? string.Empty;
            if (LabelsOf(slice).GetValueOrDefault("kubernetes.io/service-name") is not { } service
                || !services.Contains((place, service))
                || !slice.Items("ports").Any(port => targets.Ports.Contains(port.Text("name") ?? string.Empty)))
            {
                continue;
            }

            foreach (var endpoint in slice.Items("endpoints"))
            {
                // A service with IPv4 and IPv6 has each pod in two slices.
                var pod = endpoint.Member("targetRef").Text("name") ?? endpoint.Texts("addresses").FirstOrDefault() ?? string.Empty;
                endpoints[(place, service, pod)] = new MonitorEndpoint(
                    place,
                    pod,
                    endpoint.Member("conditions", "ready").ValueKind != JsonValueKind.False);
            }
        }
    }

    private async Task<MonitorTargets> PodsAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        var selected = new List<SelectedObject>();
        var endpoints = new List<MonitorEndpoint>();
        foreach (var namespaceName in monitor.TargetNamespaces)
        {
            foreach (
                var pod in await SelectAsync(ResourceType.Pod, namespaceName, monitor.Selector, ContainerPorts, cancellationToken)
                    .ConfigureAwait(false))
            {
                selected.Add(pod);
                if (pod.Ports.Any(monitor.Ports.Contains))
                {
                    var live = (await ListAsync(ResourceType.Pod, namespaceName, cancellationToken).ConfigureAwait(false)).First(item =>
                        NameOf(item) == pod.Name && item.Member("metadata").Text("namespace") == pod.Namespace);
                    endpoints.Add(new MonitorEndpoint(pod.Namespace, pod.Name, PodFailureReason.IsReady(live)));
                }
            }
        }

        return new MonitorTargets(monitor.Ports, selected, endpoints);
    }

    private async Task<IReadOnlyList<SelectedObject>> SelectAsync(
        ResourceType type,
        string? namespaceName,
        JsonElement selector,
        Func<JsonElement, IEnumerable<JsonElement>> ports,
        CancellationToken cancellationToken) =>
        [
            .. (await ListAsync(type, namespaceName, cancellationToken).ConfigureAwait(false))
                .Where(item => LabelSelector.Selects(selector, LabelsOf(item)))
                .Select(item => new SelectedObject(
                    item.Member("metadata").Text("namespace") ?? string.Empty,
                    NameOf(item),
                    [.. ports(item).Select(port => port.Text("name") ?? string.Empty)]))
                .OrderBy(item => item.Name, StringComparer.Ordinal),
        ];

    private static IEnumerable<JsonElement> Ports(JsonElement service) => service.Member("spec").Items("ports");

    private static IEnumerable<JsonElement> ContainerPorts(JsonElement pod) =>
        pod.Member("spec").Items("containers").SelectMany(container => container.Items("ports"));

    private async Task<List<JsonElement>> SlicesAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var slices = await ListAsync(ResourceType.EndpointSlice, namespaceName, cancellationToken).ConfigureAwait(false);
        return slices.Count > 0
            ? slices
            : await ListAsync(ResourceType.OldEndpointSlice, namespaceName, cancellationToken).ConfigureAwait(false);
    }

    private Task<List<JsonElement>> ListAsync(ResourceType type, string? namespaceName, CancellationToken cancellationToken)
    {
        var key = (type.Version + type.Kind, namespaceName);
        return _lists.TryGetValue(key, out var list)
            ? list
            : _lists[key] = client.ListAsync(type, namespaceName, string.Empty, cancellationToken).ToListAsync(cancellationToken);
    }

    private static string NameOf(JsonElement item) => item.Member("metadata").Text("name") ?? string.Empty;

    private static IReadOnlyDictionary<string, string> LabelsOf(JsonElement item) => item.Member("metadata").TextMap("labels");
}
