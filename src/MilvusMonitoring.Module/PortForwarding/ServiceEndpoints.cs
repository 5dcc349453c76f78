using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.PortForwarding;

/// <summary>What stands behind a port of a Service, as one EndpointSlice or Endpoints object shows it.</summary>
/// <param name="Ready">The pods that are ready, by name.</param>
/// <param name="NotReady">How many pods are not.</param>
internal sealed record ServiceEndpoints(IReadOnlyList<PodAddress> Ready, int NotReady)
{
    /// <summary>Nothing.</summary>
    public static ServiceEndpoints None { get; } = new([], 0);

    /// <summary>Reads an EndpointSlice (discovery.k8s.io/v1): a readiness that is not told counts as ready.</summary>
    /// <param name="slice">The object.</param>
    /// <param name="portName">The name of the Service's port.</param>
    public static ServiceEndpoints OfSlice(JsonElement slice, string portName)
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
    /// <param name="endpoints">The object.</param>
    /// <param name="portName">The name of the Service's port.</param>
    public static ServiceEndpoints OfEndpoints(JsonElement endpoints, string portName)
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

    /// <summary>All of several objects; a pod with two addresses, one of IPv4 and one of IPv6, stands in two slices.</summary>
    public static ServiceEndpoints Union(IEnumerable<ServiceEndpoints> parts)
    {
        var all = parts.ToList();
        return new ServiceEndpoints(
            [.. all.SelectMany(part => part.Ready).Distinct().OrderBy(pod => pod.Pod, StringComparer.Ordinal)],
            all.Sum(part => part.NotReady));
    }

    private ServiceEndpoints With(JsonElement owner, JsonElement target, int port, bool isReady) =>
        target.Text("kind") != "Pod" || target.Text("name") is not { Length: > 0 } name ? this
        : isReady
            ? this with
            {
                Ready =
                [
                    .. Ready,
                    new PodAddress(
                        target.Text("namespace") ?? owner.Member("metadata").Text("namespace") ?? string.Empty,
                        name,
                        port,
                        target.Text("uid")),
                ],
            }
        : this with { NotReady = NotReady + 1 };

    private static bool IsTcpPort(JsonElement port, string name) =>
        (port.Text("name") ?? string.Empty) == name
        && port.Text("protocol") is null or "TCP"
        && port.Number("port") is > 0 and <= ushort.MaxValue;
}
