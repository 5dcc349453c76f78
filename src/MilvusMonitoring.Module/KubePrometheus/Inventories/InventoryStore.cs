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
    /// <summary>
    /// Selects by the name too: a namespace has one inventory at most, so that nobody can fill the list with more than that.
    /// </summary>
    private const string Selector =
        $"labelSelector={InventoryDocument.LabelName}%3D{InventoryDocument.LabelValue}"
        + $"&fieldSelector=metadata.name%3D{InventoryDocument.Name}";

    private const int MostNamed = 3;

    public static Task<IReadOnlyList<Inventory>> ListAsync(
        ClusterClient client,
        IActivitySink sink,
        CancellationToken cancellationToken) => ListAsync(client, sink, PrometheusChoice.UsualNamespace, cancellationToken);

    /// <param name="permittedNamespace">Where to look if the user may not list all namespaces.</param>
    public static async Task<IReadOnlyList<Inventory>> ListAsync(
        ClusterClient client,
        IActivitySink sink,
        string permittedNamespace,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<(string Location, Inventory? Inventory)> found;
        try
        {
            found = await ReadAllAsync(client, null, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            found = await ReadAllAsync(client, permittedNamespace, cancellationToken).ConfigureAwait(false);
        }

        var damaged = found.Where(item => item.Inventory is null).Select(item => item.Location).ToList();
        if (damaged.Count > 0)
        {
            var more = damaged.Count > MostNamed ? $" and {damaged.Count - MostNamed} more" : string.Empty;
            sink.Warning(
                "Inventories that are damaged or name another namespace are ignored: "
                    + $"{string.Join(", ", damaged.Take(MostNamed))}{more}. "
                    + "An installation of the same stack writes its inventory again; an inventory without a stack can be deleted.");
        }

        return [.. found.Select(item => item.Inventory).OfType<Inventory>()];
    }

    /// <summary>Saves an inventory, and replaces the earlier one.</summary>
    public static async Task SaveAsync(ClusterClient client, Inventory inventory, CancellationToken cancellationToken)
    {
        var id = CreateId(inventory.Namespace);
        if (inventory.Entries.Count > Bounds.InventoryEntries.Limit)
        {
            throw new MonitoringException(
                ErrorId.ManifestInvalid,
                $"The stack has {inventory.Entries.Count} objects, and an inventory has at most {Bounds.InventoryEntries.Limit}",
                "leave out manifests that are not part of the stack",
                id.ToString());
        }

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

    private static async Task<IReadOnlyList<(string Location, Inventory? Inventory)>> ReadAllAsync(
        ClusterClient client,
        string? namespaceName,
        CancellationToken cancellationToken)
    {
        var found = new List<(string, Inventory?)>();
        var configMaps = client.ListAsync(ResourceType.ConfigMap, namespaceName, Selector, cancellationToken).ConfigureAwait(false);
        await foreach (var configMap in configMaps)
        {
            var id = CreateId(configMap.Member("metadata").Text("namespace") ?? string.Empty);
            found.Add((id.ToString(), InventoryDocument.Read(configMap)));
        }

        return found;
    }
}
