using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Prometheus;

/// <summary>A Prometheus resource and whom its pods run as.</summary>
/// <param name="Namespace">Its namespace, and that of the service account.</param>
/// <param name="Name">Its name.</param>
/// <param name="ServiceAccount">The service account.</param>
internal sealed record PrometheusServer(string Namespace, string Name, string ServiceAccount)
{
    /// <summary>The resource itself.</summary>
    public JsonElement Json { get; init; }

    /// <summary>The Prometheus in text.</summary>
    /// <returns><c>Prometheus/monitoring/k8s</c>.</returns>
    public override string ToString() => $"Prometheus/{Namespace}/{Name}";
}

/// <summary>Finds the Prometheus resources in a cluster.</summary>
internal sealed class PrometheusFinder(ClusterClient client)
{
    /// <summary>Finds the one that is meant.</summary>
    /// <exception cref="MonitoringException">There is none, or more than one.</exception>
    public async Task<PrometheusServer> GetAsync(PrometheusChoice choice, CancellationToken cancellationToken)
    {
        var all = await FindAsync(choice.Namespace, cancellationToken).ConfigureAwait(false);
        var meant = all.Where(server => choice.Name is null || server.Name == choice.Name).ToList();
        var place = $"{(choice.Namespace is null ? string.Empty : choice.Namespace + " on ")}{client.Connection.Context}";
        return (meant.Count, all.Count) switch
        {
            (1, _) => meant[0],
            (0, 0) => throw new MonitoringException(
                ErrorId.StackNotFound,
                $"No Prometheus resource is in {place}",
                "run Install-KubePrometheus first",
                place),
            (0, _) => throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"No Prometheus named '{choice.Name}' is in {place}",
                NameSuggestions.Describe(choice.Name!, all.Select(server => server.Name)),
                choice.Name),
            _ => throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"{meant.Count} Prometheus resources are in {place} ({string.Join(", ", meant)})",
                "say which one with -PrometheusNamespace or -PrometheusName",
                place),
        };
    }

    /// <summary>Finds the one that is meant; null where there is none, or more than one.</summary>
    public async Task<PrometheusServer?> FindAsync(PrometheusChoice choice, CancellationToken cancellationToken) =>
        await ListAsync(choice, cancellationToken).ConfigureAwait(false) is [var only] ? only : null;

    /// <summary>Finds all that may be meant.</summary>
    public async Task<IReadOnlyList<PrometheusServer>> ListAsync(PrometheusChoice choice, CancellationToken cancellationToken) =>
        [
            .. (await FindAsync(choice.Namespace, cancellationToken).ConfigureAwait(false)).Where(server =>
                choice.Name is null || server.Name == choice.Name),
        ];

    private async Task<IReadOnlyList<PrometheusServer>> FindAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        try
        {
            return await ListAsync(namespaceName, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (namespaceName is null && exception.ErrorId == ErrorId.PermissionDenied)
        {
            return await ListAsync(PrometheusChoice.UsualNamespace, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<PrometheusServer>> ListAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var found = await client
            .ListAsync(ResourceType.Prometheus, namespaceName, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        return [.. found.Select(Server)];
    }

    // The operator leaves it to Kubernetes where the resource names none.
    private static PrometheusServer Server(JsonElement prometheus) => new(
        prometheus.Member("metadata").Text("namespace") ?? string.Empty,
        prometheus.Member("metadata").Text("name") ?? string.Empty,
        prometheus.Member("spec").Text("serviceAccountName") is { Length: > 0 } account ? account : "default")
    {
        Json = prometheus,
    };
}
