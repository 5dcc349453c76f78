using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.PortForwarding;

/// <summary>Finds the Service of Prometheus, Alertmanager or Grafana, whatever the stack calls it.</summary>
internal sealed class KnownServiceFinder(ClusterClient client)
{
    /// <summary>Finds the Service. That of kube-prometheus needs one request; others are looked for among all Services.</summary>
    /// <returns>The Service and its port; null if there is none.</returns>
    /// <exception cref="MonitoringException">Several Services could be meant.</exception>
    public async Task<ServiceTarget?> FindAsync(ForwardRequest request, KnownService known, CancellationToken cancellationToken)
    {
        var id = ResourceType.Service.IdOf(request.Namespace, known.Service);
        if (request.PrometheusName is null or "k8s"
            && await client.FindAsync(ResourceType.Service, id, cancellationToken).ConfigureAwait(false) is { } body)
        {
            using var document = ClusterClient.ParseResponse(body, id.ToString());
            if (document.RootElement.Member("spec").Items("ports").Any(port => port.Number("port") == known.Port))
            {
                return ServiceTarget.Read(document.RootElement, id, $"{known.Port}");
            }
        }

        var near = await ListAsync(request.Namespace, cancellationToken).ConfigureAwait(false);
        var target = Choose(near, request, known);
        if (target is not null || !request.IsAnywhere)
        {
            return target;
        }

        var all = await ListEverywhereAsync(cancellationToken).ConfigureAwait(false);
        var found = all
            .GroupBy(service => service.Member("metadata").Text("namespace"))
            .Select(group => Choose([.. group], request, known))
            .OfType<ServiceTarget>()
            .ToList();
        return found.Count > 1 ? throw CreateAmbiguous(known, found.Select(item => item.ToString()), "-Namespace") : found.FirstOrDefault();
    }

    private static ServiceTarget? Choose(IReadOnlyList<JsonElement> services, ForwardRequest request, KnownService known)
    {
        var found = KnownServiceRule.List(services, known, request.PrometheusName);
        return found.Count > 1
            ? throw CreateAmbiguous(known, found.Select(item => item.Id.ToString()), "-ServiceName")
            : found.Select(item => ServiceTarget.Read(item.Service, item.Id, item.Port)).FirstOrDefault();
    }

    private static MonitoringException CreateAmbiguous(KnownService known, IEnumerable<string> found, string parameter)
    {
        var names = found.Order(StringComparer.Ordinal).ToList();
        return new MonitoringException(
            ErrorId.ParameterInvalid,
            $"There are {names.Count} Services of {known.Title} ({string.Join(", ", names)})",
            $"choose one with {parameter}",
            names[0]);
    }

    private async Task<IReadOnlyList<JsonElement>> ListAsync(string? place, CancellationToken cancellationToken) =>
        await client.ListAsync(ResourceType.Service, place, string.Empty, cancellationToken).ToListAsync(cancellationToken)
            .ConfigureAwait(false);

    /// <summary>Who may not list all namespaces has to name the one of the stack.</summary>
    private async Task<IReadOnlyList<JsonElement>> ListEverywhereAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ListAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return [];
        }
    }
}
