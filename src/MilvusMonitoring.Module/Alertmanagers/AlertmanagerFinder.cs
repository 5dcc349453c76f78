using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Alertmanagers;

/// <summary>Finds the Alertmanager resources in a cluster.</summary>
internal sealed class AlertmanagerFinder(ClusterClient client)
{
    /// <summary>Gets the Alertmanager resource that the user asks for.</summary>
    /// <exception cref="MonitoringException">There is none, or more than one.</exception>
    public async Task<AlertmanagerServer> GetAsync(AlertmanagerChoice choice, CancellationToken cancellationToken)
    {
        var all = await ReadAsync(choice.Namespace, cancellationToken).ConfigureAwait(false);
        var matches = all.Where(server => choice.Name is null || server.Name == choice.Name).ToList();
        var location = $"{(choice.Namespace is null ? string.Empty : choice.Namespace + " on ")}{client.Connection.Context}";
        return (matches.Count, all.Count) switch
        {
            (1, _) => matches[0],
            (0, 0) => throw new MonitoringException(
                ErrorId.StackNotFound,
                $"No Alertmanager resource is in {location}",
                "run Install-KubePrometheus first, or see Get-MonitoringStack for a monitoring without such a resource",
                location),
            (0, _) => throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"No Alertmanager named '{choice.Name}' is in {location}",
                NameSuggestions.Describe(choice.Name!, all.Select(server => server.Name)),
                choice.Name),
            _ => throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"{matches.Count} Alertmanager resources are in {location} ({string.Join(", ", matches)})",
                "choose one with -AlertmanagerNamespace or -AlertmanagerName",
                location),
        };
    }

    /// <summary>Lists all Alertmanager resources that match the choice.</summary>
    public async Task<IReadOnlyList<AlertmanagerServer>> ListAsync(AlertmanagerChoice choice, CancellationToken cancellationToken)
    {
        var all = await ReadAsync(choice.Namespace, cancellationToken).ConfigureAwait(false);
        return [.. all.Where(server => choice.Name is null || server.Name == choice.Name)];
    }

    private async Task<IReadOnlyList<AlertmanagerServer>> ReadAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        try
        {
            return await ListInAsync(namespaceName, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (namespaceName is null && exception.ErrorId == ErrorId.PermissionDenied)
        {
            return await ListInAsync(PrometheusChoice.UsualNamespace, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<AlertmanagerServer>> ListInAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var resources = await client
            .ListAsync(ResourceType.Alertmanager, namespaceName, string.Empty, cancellationToken)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. resources.Select(resource => new AlertmanagerServer(
                resource.Member("metadata").Text("namespace") ?? string.Empty,
                resource.Member("metadata").Text("name") ?? string.Empty,
                resource)),
        ];
    }
}
