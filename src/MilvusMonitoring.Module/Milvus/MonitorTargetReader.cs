using System.Collections.Concurrent;
using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>Reads what monitors select. Each namespace is read once.</summary>
internal sealed class MonitorTargetReader(ClusterClient client, IActivitySink sink)
{
    private readonly ConcurrentDictionary<(string Kind, string? Namespace), Lazy<Task<List<JsonElement>>>> _lists = [];

    public Task<MonitorTargets> ReadAsync(LiveMonitor monitor, CancellationToken cancellationToken) =>
        monitor.Type.Kind == ResourceType.PodMonitor.Kind
            ? ReadPodsAsync(monitor, cancellationToken)
            : ReadServicesAsync(monitor, cancellationToken);

    /// <summary>Lists the Services of a namespace that a selector selects and that have one of the ports.</summary>
    public async Task<IReadOnlyList<string>> ListServicesWithPortAsync(
        string? namespaceName,
        JsonElement selector,
        IReadOnlyCollection<string> ports,
        CancellationToken cancellationToken)
    {
        var services = await SelectAsync(ResourceType.Service, namespaceName, selector, ListPorts, cancellationToken).ConfigureAwait(false);
        return [.. services.Where(service => service.Ports.Any(ports.Contains)).Select(service => service.Name)];
    }

    private async Task<MonitorTargets> ReadServicesAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        var targets = new MonitorTargets(monitor.Ports, [], null);
        var endpoints = new Dictionary<(string, string, string), MonitorEndpoint>();
        var arePermitted = true;
        foreach (var namespaceName in monitor.TargetNamespaces)
        {
            var selected = await SelectAsync(ResourceType.Service, namespaceName, monitor.Selector, ListPorts, cancellationToken)
                .ConfigureAwait(false);
            targets = targets with { Selected = [.. targets.Selected, .. selected] };
            try
            {
                await AddEndpointsAsync(targets, namespaceName, endpoints, cancellationToken).ConfigureAwait(false);
            }
            catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
            {
                sink.Verbose(exception.Message);
                arePermitted = false;
            }
        }

        return targets with { Endpoints = arePermitted ? [.. endpoints.Values] : null };
    }

    private async Task AddEndpointsAsync(
        MonitorTargets targets,
        string? namespaceName,
        Dictionary<(string, string, string), MonitorEndpoint> endpoints,
        CancellationToken cancellationToken)
    {
        var services = targets.Scraped.Select(service => (service.Namespace, service.Name)).ToHashSet();
        foreach (var slice in await ListSlicesAsync(namespaceName, cancellationToken).ConfigureAwait(false))
        {
            var place = slice.Member("metadata").Text("namespace") ?? string.Empty;
            if (GetLabels(slice).GetValueOrDefault("kubernetes.io/service-name") is not { } service
                || !services.Contains((place, service))
                || !slice.Items("ports").Any(port => targets.Ports.Contains(port.Text("name") ?? string.Empty)))
            {
                continue;
            }

            foreach (var endpoint in slice.Items("endpoints"))
            {
                // A Service with IPv4 and IPv6 has each pod in two slices.
                var pod = endpoint.Member("targetRef").Text("name") ?? endpoint.Texts("addresses").FirstOrDefault() ?? string.Empty;
                var isReady = endpoint.Member("conditions", "ready").ValueKind != JsonValueKind.False;
                endpoints[(place, service, pod)] = new MonitorEndpoint(isReady);
            }
        }
    }

    private async Task<MonitorTargets> ReadPodsAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        var selected = new List<SelectedObject>();
        var endpoints = new List<MonitorEndpoint>();
        foreach (var namespaceName in monitor.TargetNamespaces)
        {
            var all = await ListAsync(ResourceType.Pod, namespaceName, cancellationToken).ConfigureAwait(false);
            var live = all.ToLookup(item => (item.Member("metadata").Text("namespace") ?? string.Empty, GetName(item)));
            var pods = await SelectAsync(ResourceType.Pod, namespaceName, monitor.Selector, ListContainerPorts, cancellationToken)
                .ConfigureAwait(false);
            foreach (var pod in pods)
            {
                selected.Add(pod);
                if (pod.Ports.Any(monitor.Ports.Contains))
                {
                    endpoints.Add(new MonitorEndpoint(PodFailureReason.IsReady(live[(pod.Namespace, pod.Name)].First())));
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
        CancellationToken cancellationToken)
    {
        var items = await ListAsync(type, namespaceName, cancellationToken).ConfigureAwait(false);
        return
        [
            .. items
                .Where(item => LabelSelector.Selects(selector, GetLabels(item)))
                .Select(item => new SelectedObject(
                    item.Member("metadata").Text("namespace") ?? string.Empty,
                    GetName(item),
                    [.. ports(item).Select(port => port.Text("name") ?? string.Empty)]))
                .OrderBy(item => item.Name, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<JsonElement> ListPorts(JsonElement service) => service.Member("spec").Items("ports");

    private static IEnumerable<JsonElement> ListContainerPorts(JsonElement pod) =>
        pod.Member("spec").Items("containers").SelectMany(container => container.Items("ports"));

    private async Task<List<JsonElement>> ListSlicesAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var slices = await ListAsync(ResourceType.EndpointSlice, namespaceName, cancellationToken).ConfigureAwait(false);
        return slices.Count > 0
            ? slices
            : await ListAsync(ResourceType.OldEndpointSlice, namespaceName, cancellationToken).ConfigureAwait(false);
    }

    private Task<List<JsonElement>> ListAsync(ResourceType type, string? namespaceName, CancellationToken cancellationToken)
    {
        return _lists.GetOrAdd((type.Version + type.Kind, namespaceName), _ => new(ReadAsync)).Value;

        Task<List<JsonElement>> ReadAsync() =>
            client.ListAsync(type, namespaceName, string.Empty, cancellationToken).ToListAsync(cancellationToken);
    }

    private static string GetName(JsonElement item) => item.Member("metadata").Text("name") ?? string.Empty;

    private static IReadOnlyDictionary<string, string> GetLabels(JsonElement item) => item.Member("metadata").TextMap("labels");
}
