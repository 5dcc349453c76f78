using MilvusMonitoring.Alertmanagers;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Finds the receivers that Set-MilvusAlertReceiver has written as AlertmanagerConfigs: they go with the CRD, and with them their Secrets.
/// </summary>
internal static class StackReceivers
{
    private const string Component = "alert-receivers";

    private static readonly string Selector = $"labelSelector={Uri.EscapeDataString(OwnReceiver.Label)}";

    /// <summary>Lists what goes with the CRD of AlertmanagerConfig; nothing if a plan leaves that CRD.</summary>
    public static async Task<IReadOnlyList<PlannedResource>> ListAsync(
        ClusterClient client,
        IEnumerable<PlannedResource> resources,
        CancellationToken cancellationToken)
    {
        var type = ResourceType.AlertmanagerConfig;
        var name = $"{type.Plural}.{type.Group}";
        if (!resources.Any(item => item is { Action: ResourceAction.Deleted, Live: not null, Id.IsCrd: true } && item.Id.Name == name))
        {
            return [];
        }

        var configs = await ListAsync(client, type, cancellationToken).ConfigureAwait(false);
        var secrets = configs.Count == 0
            ? []
            : await ListAsync(client, ResourceType.Secret, cancellationToken).ConfigureAwait(false);
        return [.. configs, .. secrets];
    }

    private static async Task<IReadOnlyList<PlannedResource>> ListAsync(
        ClusterClient client,
        ResourceType type,
        CancellationToken cancellationToken)
    {
        var found = await client.ListMetadataAsync(type, null, Selector, cancellationToken).ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. found
                .Where(live => live.Managers.Any(manager => manager.IsOurs))
                .Select(live => new PlannedResource
                {
                    Id = type.IdOf(live.Namespace, live.Name),
                    Version = type.Version,
                    Component = Component,
                    Type = type,
                    Live = live,
                    Action = ResourceAction.Deleted,
                }),
        ];
    }
}
