using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Access;

/// <summary>
/// Brings the inventory's record of a patched role up to date, so that the next installation sees at a glance that nobody else has touched
/// it.
/// </summary>
internal sealed class InventoryUpdate(ClusterClient client, IActivitySink sink)
{
    /// <summary>
    /// Records the role as it is after the patch; does nothing where it had drifted before, since that is for the installation to put
    /// right.
    /// </summary>
    public async Task UpdateAsync(RoleWrite write, ObjectMetadata live, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var inventory in await InventoryStore.FindAsync(client, sink, cancellationToken).ConfigureAwait(false))
            {
                var entry = inventory.Entries.FirstOrDefault(entry => entry.Id == write.Id);
                if (entry is { ManifestHash: { } hash, LeftAlone: null } && write.Before is { } before && Drift.IsAsApplied(entry, before))
                {
                    IReadOnlyList<InventoryEntry> entries =
                    [
                        .. inventory.Entries.Select(other => other == entry ? entry.With(live, hash) : other),
                    ];
                    await InventoryStore.SaveAsync(client, inventory with { Entries = entries }, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (MonitoringException exception)
        {
            // The role is as wanted; the next installation only has to look closer.
            sink.Warning(
                $"The inventory could not be told of the change to {write.Id}, which Get-KubePrometheus calls changed until Install-KubePrometheus is run again: {exception.Message}"
            );
        }
    }
}
