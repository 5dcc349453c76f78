using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>Finds, writes and removes the inventories in a cluster.</summary>
internal static class InventoryStore
{
    private const string Selector = $"labelSelector={InventoryDocument.LabelName}%3D{InventoryDocument.LabelValue}";

    /// <summary>Finds every inventory.</summary>
    public static async Task<IReadOnlyList<Inventory>> FindAsync(
        ClusterClient client,
        IActivitySink sink,
        CancellationToken cancellationToken)
    {
        var found = new List<Inventory>();
        await foreach (var configMap in ListAsync(client, cancellationToken).ConfigureAwait(false))
        {
            if (InventoryDocument.Read(configMap) is { } inventory)
            {
                found.Add(inventory);
            }
            else
            {
                var place = $"ConfigMap/{configMap.Member("metadata").Text("namespace")}/{InventoryDocument.Name}";
                sink.Warning($"The inventory in {place} is damaged and was not used; Install-KubePrometheus writes it anew.");
            }
        }

        return found;
    }

    /// <summary>Writes an inventory, over the one before.</summary>
    public static async Task SaveAsync(ClusterClient client, Inventory inventory, CancellationToken cancellationToken)
    {
        var id = IdIn(inventory.Namespace);
        var answer = await client
            .ApplyAsync(ResourceType.ConfigMap, id, InventoryDocument.Write(inventory), true, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } refusal)
        {
            throw ClusterErrors.From(refusal, $"record the inventory in {id}", id.ToString());
        }
    }

    /// <summary>Removes an inventory; one that is gone already counts as removed.</summary>
    public static async Task RemoveAsync(ClusterClient client, string namespaceName, CancellationToken cancellationToken)
    {
        var id = IdIn(namespaceName);
        var answer = await client.DeleteAsync(ResourceType.ConfigMap, id, null, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } refusal)
        {
            throw ClusterErrors.From(refusal, $"delete {id}", id.ToString());
        }
    }

    private static ResourceId IdIn(string namespaceName) => new(string.Empty, "ConfigMap", namespaceName, InventoryDocument.Name);

    private static async IAsyncEnumerable<JsonElement> ListAsync(
        ClusterClient client,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<JsonElement> everywhere;
        try
        {
            everywhere = await client
                .ListAsync(ResourceType.ConfigMap, null, Selector, cancellationToken)
                .ToListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            everywhere = await client
                .ListAsync(ResourceType.ConfigMap, PrometheusChoice.UsualNamespace, Selector, cancellationToken)
                .ToListAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var configMap in everywhere)
        {
            yield return configMap;
        }
    }
}
