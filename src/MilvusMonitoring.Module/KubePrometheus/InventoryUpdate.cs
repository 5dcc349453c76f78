using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Access;

/// <summary>
/// Updates the inventory entry of a patched role, so that the next installation sees from metadata that nobody else has changed the role.
/// </summary>
internal sealed class InventoryUpdate(ClusterClient client, IActivitySink sink)
{
    /// <summary>
    /// Records the role as it is after the patch. If the role had drifted before, does nothing: the next installation corrects the drift.
    /// </summary>
    public async Task UpdateAsync(RoleWrite write, ObjectMetadata live, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var inventory in await InventoryStore.ListAsync(client, sink, cancellationToken).ConfigureAwait(false))
            {
                var entry = inventory.Entries.FirstOrDefault(entry => entry.Id == write.Id);
                if (entry is { ManifestHash: { } hash, LeftAlone: null } && write.Before is { } before && Drift.IsAsApplied(entry, before))
                {
                    var entries = inventory.Entries.Select(other => other == entry ? entry.With(live, hash) : other).ToList();
                    await InventoryStore.SaveAsync(client, inventory with { Entries = entries }, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (MonitoringException exception)
        {
            // The role is as wanted. The next installation only has to read the whole role.
            sink.Warning(
                $"The inventory does not record the change to {write.Id}, "
                + "so Get-KubePrometheus shows the role as changed until Install-KubePrometheus is run again: "
                + exception.Message);
        }
    }
}
