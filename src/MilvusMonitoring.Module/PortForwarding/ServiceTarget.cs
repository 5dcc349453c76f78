using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.PortForwarding;

/// <summary>A port of a Service to forward to.</summary>
/// <param name="Namespace">The Service's namespace.</param>
/// <param name="Service">The Service's name.</param>
/// <param name="Port">The port.</param>
/// <param name="HasSelector">Whether the Service selects pods itself.</param>
internal sealed record ServiceTarget(string Namespace, string Service, ServicePort Port, bool HasSelector)
{
    /// <summary>Reads a Service and finds its port; null where there is no such Service.</summary>
    /// <exception cref="MonitoringException">It cannot be forwarded to.</exception>
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
        var hasSelector = document.RootElement.Member("spec").TextMap("selector").Count > 0;
        return new ServiceTarget(namespaceName, service, ServicePort.Find(document.RootElement, id.ToString(), port), hasSelector);
    }

    /// <summary>The Service in text.</summary>
    /// <returns><c>Service/monitoring/grafana</c>.</returns>
    public override string ToString() => $"Service/{Namespace}/{Service}";
}
