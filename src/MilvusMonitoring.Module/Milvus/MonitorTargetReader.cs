using System.Text.Json;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Milvus;

/// <summary>Finds what monitors select. Reads each namespace once.</summary>
internal sealed class MonitorTargetReader(ClusterClient client, IActivitySink sink)
{
    private readonly Dictionary<(string Kind, string? Namespace), Task<List<JsonElement>>> _lists = [];

    /// <summary>Finds what a monitor selects.</summary>
    public async Task<MonitorTargets> ReadAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        try
        {
            return monitor.Type.Kind == "PodMonitor"
                ? await PodsAsync(monitor, cancellationToken).ConfigureAwait(false)
                : await ServicesAsync(monitor, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            sink.Verbose(exception.Message);
            return new MonitorTargets([], null, null);
        }
    }

    /// <summary>The Services of a namespace with a port of the given name that a selector selects.</summary>
    public async Task<IReadOnlyList<string>> ServicesWithPortAsync(string? namespaceName, JsonElement selector, IReadOnlyCollection<string> ports, CancellationToken cancellationToken) =>
        [.. (await ListAsync(MilvusTypes.Service, namespaceName, cancellationToken).ConfigureAwait(false))
            .Where(service => LabelSelector.Selects(selector, LabelsOf(service)) && service.Member("spec").Items("ports").Any(port => ports.Contains(port.Text("name") ?? string.Empty)))
            .Select(service => NameOf(service))];

    private async Task<MonitorTargets> ServicesAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        var ports = monitor.Spec.Items("endpoints").Select(endpoint => endpoint.Text("port")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var services = new List<string>();
        var endpoints = new Dictionary<(string?, string, string), bool>();
        foreach (var namespaceName in NamespacesOf(monitor))
        {
            var selected = await ServicesWithPortAsync(namespaceName, monitor.Selector, ports, cancellationToken).ConfigureAwait(false);
            services.AddRange(selected);
            foreach (var slice in await SlicesAsync(namespaceName, cancellationToken).ConfigureAwait(false))
            {
                var service = LabelsOf(slice).GetValueOrDefault("kubernetes.io/service-name");
                if (service is null || !selected.Contains(service) || !slice.Items("ports").Any(port => ports.Contains(port.Text("name") ?? string.Empty)))
                {
                    continue;
                }

                foreach (var endpoint in slice.Items("endpoints"))
                {
                    // A service with IPv4 and IPv6 has each pod in two slices.
                    var pod = endpoint.Member("targetRef").Text("name") ?? endpoint.Texts("addresses").FirstOrDefault() ?? string.Empty;
                    endpoints[(slice.Member("metadata").Text("namespace"), service, pod)] = endpoint.Member("conditions", "ready").ValueKind != JsonValueKind.False;
                }
            }
        }

        return new MonitorTargets([.. services.Order(StringComparer.Ordinal)], endpoints.Count, endpoints.Values.Count(ready => ready));
    }

    private async Task<MonitorTargets> PodsAsync(LiveMonitor monitor, CancellationToken cancellationToken)
    {
        var pods = new List<JsonElement>();
        foreach (var namespaceName in NamespacesOf(monitor))
        {
            pods.AddRange((await ListAsync(ResourceType.Pod, namespaceName, cancellationToken).ConfigureAwait(false)).Where(pod => LabelSelector.Selects(monitor.Selector, LabelsOf(pod))));
        }

        var ready = pods.Count(pod => pod.Member("status").Items("conditions").Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True"));
        return new MonitorTargets([], pods.Count, ready);
    }

    private async Task<List<JsonElement>> SlicesAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var slices = await ListAsync(MilvusTypes.EndpointSlice, namespaceName, cancellationToken).ConfigureAwait(false);
        return slices.Count > 0 ? slices : await ListAsync(MilvusTypes.OldEndpointSlice, namespaceName, cancellationToken).ConfigureAwait(false);
    }

    private Task<List<JsonElement>> ListAsync(ResourceType type, string? namespaceName, CancellationToken cancellationToken)
    {
        var key = (type.Version + type.Kind, namespaceName);
        return _lists.TryGetValue(key, out var list)
            ? list
            : _lists[key] = client.ListAsync(type, namespaceName, string.Empty, cancellationToken).ToListAsync(cancellationToken);
    }

    /// <summary>The namespaces that a monitor looks into; null among them for all.</summary>
    private static List<string?> NamespacesOf(LiveMonitor monitor)
    {
        var selector = monitor.Spec.Member("namespaceSelector");
        if (selector.Member("any").ValueKind == JsonValueKind.True)
        {
            return [null];
        }

        List<string?> names = [.. selector.Texts("matchNames")];
        return names.Count > 0 ? names : [monitor.Metadata.Namespace];
    }

    private static string NameOf(JsonElement item) => item.Member("metadata").Text("name") ?? string.Empty;

    private static IReadOnlyDictionary<string, string> LabelsOf(JsonElement item) => item.Member("metadata").TextMap("labels");
}
