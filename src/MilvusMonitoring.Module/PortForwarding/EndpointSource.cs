using System.Text.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.PortForwarding;

/// <summary>One of the two ways in which a cluster tells what stands behind a Service.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Selector">The query that finds a Service's objects.</param>
/// <param name="Read">Reads one of them, for a port's name.</param>
internal sealed record EndpointSource(ResourceType Type, string Selector, Func<JsonElement, string, ServiceEndpoints> Read)
{
    private static readonly ResourceType Endpoints = new(string.Empty, "v1", "endpoints", "Endpoints", true);

    /// <summary>EndpointSlices first; Endpoints where the cluster has none, or the caller may not see them.</summary>
    public static IReadOnlyList<EndpointSource> List(string service) =>
        [
            new(
                ResourceType.EndpointSlice,
                $"labelSelector=kubernetes.io%2Fservice-name%3D{Uri.EscapeDataString(service)}",
                ServiceEndpoints.OfSlice),
            new(Endpoints, $"fieldSelector=metadata.name%3D{Uri.EscapeDataString(service)}", ServiceEndpoints.OfEndpoints),
        ];
}
