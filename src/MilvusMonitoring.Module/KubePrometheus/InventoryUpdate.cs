using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Updates the inventory entry of an object that this module has patched, so that the next installation sees from metadata that nobody else
/// has changed the object.
/// </summary>
internal sealed class InventoryUpdate(ClusterClient client, IActivitySink sink)
{
    /// <summary>
    /// Records an object as it is after a patch. If the object had drifted before, does nothing: the next installation corrects the drift.
    /// </summary>
    /// <param name="before">The object before the patch; null if it did not exist.</param>
    /// <param name="live">The object after the patch.</param>
    public async Task UpdateAsync(ResourceId id, ObjectMetadata? before, ObjectMetadata live, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var inventory in await InventoryStore.ListAsync(client, sink, cancellationToken).ConfigureAwait(false))
            {
                var entry = inventory.Entries.FirstOrDefault(entry => entry.Id == id);
                if (entry is { ManifestHash: { } hash, LeftAlone: null } && before is not null && Drift.IsAsApplied(entry, before))
                {
                    var entries = inventory.Entries.Select(other => other == entry ? entry.With(live, hash) : other).ToList();
                    await InventoryStore.SaveAsync(client, inventory with { Entries = entries }, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (MonitoringException exception)
        {
            // The object is as wanted. The next installation only has to read the whole object.
            sink.Warning(
                $"The inventory does not record the change to {id}, "
                    + $"so Get-KubePrometheus shows the {id.Kind} as changed until Install-KubePrometheus is run again: "
                    + exception.Message);
        }
    }
}
