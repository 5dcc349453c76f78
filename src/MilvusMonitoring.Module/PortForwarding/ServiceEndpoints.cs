using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.PortForwarding;

/// <summary>The pods behind a port of a Service, in one EndpointSlice or Endpoints object.</summary>
/// <param name="Ready">The ready pods, by name.</param>
/// <param name="NotReady">How many pods are not ready.</param>
internal sealed record ServiceEndpoints(IReadOnlyList<PodAddress> Ready, int NotReady)
{
    public static ServiceEndpoints None { get; } = new([], 0);

    /// <summary>Reads an EndpointSlice (discovery.k8s.io/v1): an endpoint without the condition <c>ready</c> counts as ready.</summary>
    public static ServiceEndpoints ReadSlice(JsonElement slice, string portName)
    {
        var found = None;
        foreach (var port in slice.Items("ports").Where(port => IsTcpPort(port, portName)))
        {
            foreach (var endpoint in slice.Items("endpoints"))
            {
                found = found.With(
                    slice,
                    endpoint.Member("targetRef"),
                    (int)port.Number("port")!,
                    endpoint.Member("conditions", "ready").ValueKind != JsonValueKind.False);
            }
        }

        return found;
    }

    /// <summary>Reads an Endpoints object.</summary>
    public static ServiceEndpoints ReadEndpoints(JsonElement endpoints, string portName)
    {
        var found = None;
        foreach (var subset in endpoints.Items("subsets"))
        {
            foreach (var port in subset.Items("ports").Where(port => IsTcpPort(port, portName)))
            {
                var number = (int)port.Number("port")!;
                found = subset
                    .Items("addresses")
                    .Aggregate(found, (all, address) => all.With(endpoints, address.Member("targetRef"), number, true));
                found = subset
                    .Items("notReadyAddresses")
                    .Aggregate(found, (all, address) => all.With(endpoints, address.Member("targetRef"), number, false));
            }
        }

        return found;
    }

    /// <summary>The endpoints of several objects; a pod with an IPv4 and an IPv6 address is in two slices.</summary>
    public static ServiceEndpoints Union(IEnumerable<ServiceEndpoints> parts)
    {
        var all = parts.ToList();
        return new ServiceEndpoints(
            [.. all.SelectMany(part => part.Ready).Distinct().OrderBy(pod => pod.Pod, StringComparer.Ordinal)],
            all.Sum(part => part.NotReady));
    }

    private ServiceEndpoints With(JsonElement owner, JsonElement target, int port, bool isReady)
    {
        if (target.Text("kind") != "Pod" || target.Text("name") is not { Length: > 0 } name)
        {
            return this;
        }

        if (!isReady)
        {
            return this with { NotReady = NotReady + 1 };
        }

        var namespaceName = target.Text("namespace") ?? owner.Member("metadata").Text("namespace") ?? string.Empty;
        return this with { Ready = [.. Ready, new PodAddress(namespaceName, name, port, target.Text("uid"))] };
    }

    private static bool IsTcpPort(JsonElement port, string name) =>
        (port.Text("name") ?? string.Empty) == name
        && port.Text("protocol") is null or "TCP"
        && port.Number("port") is > 0 and <= ushort.MaxValue;
}
