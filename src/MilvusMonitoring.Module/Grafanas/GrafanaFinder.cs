using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Stacks;

namespace MilvusMonitoring.Grafanas;

/// <summary>Which Grafana the user means.</summary>
/// <param name="Namespace">The namespace of its workload; null for any.</param>
/// <param name="Name">The name of its workload; null for any.</param>
internal sealed record GrafanaChoice(string? Namespace, string? Name);

/// <summary>Finds the Grafanas in a cluster.</summary>
internal sealed class GrafanaFinder(ClusterClient client)
{
    private const string Selector = "labelSelector=app.kubernetes.io%2Fname%3Dgrafana";

    /// <summary>Chooses the Grafana that the user means: the only one that the choice leaves.</summary>
    /// <param name="all">The Grafanas of the namespace.</param>
    /// <param name="idOf">The id of one.</param>
    /// <param name="choice">What the user has chosen.</param>
    /// <param name="context">The context, for the error.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ObjectNotFound"/>: there is none; <see
    /// cref="ErrorId.ParameterInvalid"/>: there are several.</exception>
    public static T Choose<T>(IReadOnlyList<T> all, Func<T, ResourceId> idOf, GrafanaChoice choice, string context)
    {
        var matches = all.Where(item => choice.Name is null || idOf(item).Name == choice.Name).ToList();
        var place = $"{(choice.Namespace is null ? string.Empty : choice.Namespace + " on ")}{context}";
        return (matches.Count, all.Count) switch
        {
            (1, _) => matches[0],
            (0, 0) => throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"No Grafana is in {place}",
                "give the address of one with -GrafanaUri and -GrafanaToken, or run Install-KubePrometheus",
                place),
            (0, _) => throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"No Grafana named '{choice.Name}' is in {place}",
                NameSuggestions.Describe(choice.Name!, all.Select(item => idOf(item).Name)),
                choice.Name),
            _ => throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"{matches.Count} Grafanas are in {place} ({string.Join(", ", matches.Select(item => idOf(item).ToString()))})",
                "choose one with -GrafanaNamespace or -GrafanaName",
                place),
        };
    }

    /// <summary>Lists the Grafanas of a namespace, or of all; of the usual one if the user may not list all.</summary>
    public async Task<IReadOnlyList<GrafanaServer>> ListAsync(string? namespaceName, CancellationToken cancellationToken)
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

    /// <summary>Chooses the Grafana that belongs to the Prometheus of a stack; null if none shows it.</summary>
    /// <param name="servers">The Grafanas.</param>
    /// <param name="stack">The metadata of the Prometheus.</param>
    public static GrafanaServer? FindOf(IEnumerable<GrafanaServer> servers, ObjectMetadata stack) => stack.Namespace is { } place
        ? GrafanaRule.Choose(
            servers,
            server => server.Namespace,
            server => server.Metadata,
            place,
            StackOrigin.FindRelease(stack),
            StackRules.FindKind(place, stack))
        : null;

    private async Task<IReadOnlyList<GrafanaServer>> ListInAsync(string? namespaceName, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(
            ReadAsync(ResourceType.Deployment, namespaceName, cancellationToken),
            ReadAsync(ResourceType.StatefulSet, namespaceName, cancellationToken)).ConfigureAwait(false);
        return [.. found.SelectMany(list => list)];
    }

    private async Task<IReadOnlyList<GrafanaServer>> ReadAsync(
        ResourceType type,
        string? namespaceName,
        CancellationToken cancellationToken)
    {
        var found = await client.ListAsync(type, namespaceName, Selector, cancellationToken).ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        return [.. found.Select(live => Read(type, live)).OfType<GrafanaServer>()];
    }

    private static GrafanaServer? Read(ResourceType type, JsonElement live) =>
        ObjectMetadataReader.FromMetadata(live.Member("metadata")) is { } metadata ? new GrafanaServer(type, live, metadata) : null;
}
