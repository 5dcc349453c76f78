using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>Lists, saves and removes the inventories in a cluster.</summary>
internal static class InventoryStore
{
    private const string Selector = $"labelSelector={InventoryDocument.LabelName}%3D{InventoryDocument.LabelValue}";

    public static async Task<IReadOnlyList<Inventory>> ListAsync(
        ClusterClient client,
        IActivitySink sink,
        CancellationToken cancellationToken)
    {
        var found = new List<Inventory>();
        foreach (var configMap in await ListConfigMapsAsync(client, cancellationToken).ConfigureAwait(false))
        {
            if (InventoryDocument.Read(configMap) is { } inventory)
            {
                found.Add(inventory);
            }
            else
            {
                var location = $"ConfigMap/{configMap.Member("metadata").Text("namespace")}/{InventoryDocument.Name}";
                sink.Warning($"The inventory in {location} is damaged and was not used; Install-KubePrometheus writes a new one.");
            }
        }

        return found;
    }

    /// <summary>Saves an inventory, and replaces the earlier one.</summary>
    public static async Task SaveAsync(ClusterClient client, Inventory inventory, CancellationToken cancellationToken)
    {
        var id = CreateId(inventory.Namespace);
        var answer = await client
            .ApplyAsync(ResourceType.ConfigMap, id, InventoryDocument.Write(inventory), true, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } refusal)
        {
            throw ClusterErrors.From(refusal, $"record the inventory in {id}", id.ToString());
        }
    }

    /// <summary>Removes an inventory. An inventory that does not exist counts as removed.</summary>
    public static async Task RemoveAsync(ClusterClient client, string namespaceName, CancellationToken cancellationToken)
    {
        var id = CreateId(namespaceName);
        var answer = await client.DeleteAsync(ResourceType.ConfigMap, id, null, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } refusal)
        {
            throw ClusterErrors.From(refusal, $"delete {id}", id.ToString());
        }
    }

    private static ResourceId CreateId(string namespaceName) => ResourceType.ConfigMap.IdOf(namespaceName, InventoryDocument.Name);

    /// <summary>A user without permission to list all namespaces may still list the usual one.</summary>
    private static async Task<List<JsonElement>> ListConfigMapsAsync(ClusterClient client, CancellationToken cancellationToken)
    {
        try
        {
            return await client
                .ListAsync(ResourceType.ConfigMap, null, Selector, cancellationToken)
                .ToListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            return await client
                .ListAsync(ResourceType.ConfigMap, PrometheusChoice.UsualNamespace, Selector, cancellationToken)
                .ToListAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
