using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Prometheus;

/// <summary>A Prometheus resource and the service account of its pods.</summary>
/// <param name="Namespace">The namespace of the resource and of the service account.</param>
internal sealed record PrometheusServer(string Namespace, string Name, string ServiceAccount)
{
    /// <summary>The whole resource.</summary>
    public JsonElement Json { get; init; }

    /// <summary>How it finds the targets of a ServiceMonitor that does not say so itself.</summary>
    public DiscoveryRole DiscoveryRole => ReadRole(Json.Member("spec").Text("serviceDiscoveryRole"));

    /// <summary>Reads <c>serviceDiscoveryRole</c> of a Prometheus or ServiceMonitor; without it, operators use Endpoints.</summary>
    public static DiscoveryRole ReadRole(string? text) =>
        text == nameof(DiscoveryRole.EndpointSlice) ? DiscoveryRole.EndpointSlice : DiscoveryRole.Endpoints;

    /// <returns><c>Prometheus/monitoring/k8s</c>.</returns>
    public override string ToString() => $"Prometheus/{Namespace}/{Name}";
}

/// <summary>Finds the Prometheus resources in a cluster. Reads those of a namespace, or of all, once.</summary>
internal sealed class PrometheusFinder(ClusterClient client)
{
    private readonly Dictionary<string, IReadOnlyList<PrometheusServer>> _read = new(StringComparer.Ordinal);

    /// <summary>Gets the Prometheus resource that the user asks for.</summary>
    /// <exception cref="MonitoringException">There is none, or more than one.</exception>
    public async Task<PrometheusServer> GetAsync(PrometheusChoice choice, CancellationToken cancellationToken)
    {
        var all = await ListAsync(choice.Namespace, cancellationToken).ConfigureAwait(false);
        var matches = all.Where(server => choice.Name is null || server.Name == choice.Name).ToList();
        var location = $"{(choice.Namespace is null ? string.Empty : choice.Namespace + " on ")}{client.Connection.Context}";
        return (matches.Count, all.Count) switch
        {
            (1, _) => matches[0],
            (0, 0) => throw new MonitoringException(
                ErrorId.StackNotFound,
                $"No Prometheus resource is in {location}",
                "run Install-KubePrometheus first, or see Get-MonitoringStack for a monitoring without such a resource",
                location),
            (0, _) => throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"No Prometheus named '{choice.Name}' is in {location}",
                NameSuggestions.Describe(choice.Name!, all.Select(server => server.Name)),
                choice.Name),
            _ => throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"{matches.Count} Prometheus resources are in {location} ({string.Join(", ", matches)})",
                "choose one with -PrometheusNamespace or -PrometheusName",
                location),
        };
    }

    /// <summary>Gets the Prometheus resource that the user asks for; of several the only one that selects a monitor.</summary>
    /// <exception cref="MonitoringException">There is none, or the monitor does not tell which of several is meant.</exception>
    public async Task<PrometheusServer> GetAsync(PrometheusChoice choice, MonitorChoice monitor, CancellationToken cancellationToken)
    {
        var selecting = await ListSelectingAsync(choice, monitor, cancellationToken).ConfigureAwait(false);
        return selecting is [var only] ? only : await GetAsync(choice, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Lists the Prometheus resources that match the choice; of several those that select a monitor, unless none does.
    /// </summary>
    public async Task<IReadOnlyList<PrometheusServer>> ListSelectingAsync(
        PrometheusChoice choice,
        MonitorChoice monitor,
        CancellationToken cancellationToken)
    {
        var all = await ListAsync(choice, cancellationToken).ConfigureAwait(false);
        if (all.Count < 2)
        {
            return all;
        }

        var type = monitor.Kind == ResourceType.PodMonitor.Kind ? ResourceType.PodMonitor : ResourceType.ServiceMonitor;
        var labels = PrometheusSelection.ReadLabelsAsync(client, monitor.Namespace, cancellationToken);
        var reading = client.FindMetadataAsync(type, type.IdOf(monitor.Namespace, monitor.Name), cancellationToken);
        await Task.WhenAll(labels, reading).ConfigureAwait(false);
        var (namespaceLabels, live) = (await labels.ConfigureAwait(false), await reading.ConfigureAwait(false));
        var selecting = live is null ? [] : all
            .Where(server =>
                MonitorSelection.FindRefusal(server.Json, type.Kind, monitor.Namespace, live.Labels, namespaceLabels) is null)
            .ToList();
        return selecting.Count > 0 ? selecting : all;
    }

    /// <summary>Finds the Prometheus resource that the user asks for; null if there is none, or more than one.</summary>
    public async Task<PrometheusServer?> FindAsync(PrometheusChoice choice, CancellationToken cancellationToken) =>
        await ListAsync(choice, cancellationToken).ConfigureAwait(false) is [var only] ? only : null;

    /// <summary>Lists all Prometheus resources that match the choice.</summary>
    public async Task<IReadOnlyList<PrometheusServer>> ListAsync(PrometheusChoice choice, CancellationToken cancellationToken)
    {
        var all = await ListAsync(choice.Namespace, cancellationToken).ConfigureAwait(false);
        return [.. all.Where(server => choice.Name is null || server.Name == choice.Name)];
    }

    private async Task<IReadOnlyList<PrometheusServer>> ListAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(namespaceName, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (namespaceName is null && exception.ErrorId == ErrorId.PermissionDenied)
        {
            return await ReadAsync(PrometheusChoice.UsualNamespace, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<PrometheusServer>> ReadAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        if (_read.TryGetValue(namespaceName ?? string.Empty, out var known))
        {
            return known;
        }

        var resources = await client
            .ListAsync(ResourceType.Prometheus, namespaceName, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        return _read[namespaceName ?? string.Empty] = [.. resources.Select(CreateServer)];
    }

    // If the resource names no service account, the operator sets none, and Kubernetes uses "default".
    private static PrometheusServer CreateServer(JsonElement prometheus) => new(
        prometheus.Member("metadata").Text("namespace") ?? string.Empty,
        prometheus.Member("metadata").Text("name") ?? string.Empty,
        prometheus.Member("spec").Text("serviceAccountName") is { Length: > 0 } account ? account : "default")
    {
        Json = prometheus,
    };
}
