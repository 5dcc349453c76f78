using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.PortForwarding;

/// <summary>A Service and one of its ports.</summary>
/// <param name="Namespace">The Service's namespace.</param>
/// <param name="Service">The Service's name.</param>
/// <param name="Port">The port.</param>
/// <param name="HasSelector">Whether the Service selects pods; else somebody else writes its endpoints.</param>
internal sealed record ServiceTarget(string Namespace, string Service, ServicePort Port, bool HasSelector)
{
    /// <summary>Reads a Service and its port; null if there is no such Service.</summary>
    /// <exception cref="MonitoringException">The Service cannot be forwarded to.</exception>
    public static async Task<ServiceTarget?> FindAsync(
        ClusterClient client,
        string namespaceName,
        string service,
        string? port,
        CancellationToken cancellationToken)
    {
        var id = ResourceType.Service.IdOf(namespaceName, service);
        if (await client.FindAsync(ResourceType.Service, id, cancellationToken).ConfigureAwait(false) is not { } body)
        {
            return null;
        }

        using var document = ClusterClient.ParseResponse(body, id.ToString());
        return Read(document.RootElement, id, port);
    }

    /// <summary>Reads a Service and one of its ports.</summary>
    /// <exception cref="MonitoringException">The Service cannot be forwarded to.</exception>
    public static ServiceTarget Read(JsonElement service, ResourceId id, string? port)
    {
        var hasSelector = service.Member("spec").TextMap("selector").Count > 0;
        return new ServiceTarget(id.Namespace!, id.Name, ServicePort.Get(service, id.ToString(), port), hasSelector);
    }

    /// <summary>The names of a Service's ports, or the number of a port without a name; empty if there is no such Service.</summary>
    public static async Task<IReadOnlyList<string>> ListPortsAsync(
        ClusterClient client,
        string namespaceName,
        string service,
        CancellationToken cancellationToken)
    {
        var id = ResourceType.Service.IdOf(namespaceName, service);
        return await client.FindAsync(ResourceType.Service, id, cancellationToken).ConfigureAwait(false) is { } body
            ? [.. JsonSlice.Items(body, "spec", "ports").Select(port => JsonSlice.Text(port, "name") ?? $"{JsonSlice.Parse(port, "port")}")]
            : [];
    }

    /// <summary><c>Service/monitoring/grafana</c>.</summary>
    public override string ToString() => $"Service/{Namespace}/{Service}";
}
