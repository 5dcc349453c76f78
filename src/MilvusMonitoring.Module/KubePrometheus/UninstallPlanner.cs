using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Decides which objects an uninstallation deletes and which it leaves alone. Only reads.</summary>
internal sealed class UninstallPlanner(ClusterClient client, ResourceTypes types, bool force, int throttleLimit)
{
    /// <summary>Plans the removal of the objects in an inventory.</summary>
    public async Task<UninstallPlan> PlanAsync(Inventory inventory, CancellationToken cancellationToken)
    {
        var items = inventory.Entries.Select(entry => new PlannedResource
        {
            Id = entry.Id,
            Version = entry.Version,
            Component = entry.Component,
            Type = entry.Type,
            Entry = entry,
            Action = entry.LeftAlone is null ? ResourceAction.Deleted : ResourceAction.Skipped,
            Message = entry.LeftAlone,
        });
        return await PlanAsync([.. items], inventory.Namespace, inventory.Release, inventory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Plans the removal of the objects in manifests, for a stack that another tool installed.</summary>
    public async Task<UninstallPlan> PlanAsync(ManifestSet manifests, Inventory? inventory, CancellationToken cancellationToken)
    {
        var resolver = new ManifestResolver(types);
        var resolved = await resolver.ResolveAsync(manifests.Objects, cancellationToken).ConfigureAwait(false);
        var items = resolved.Select(item => new PlannedResource
        {
            Id = item.Object.Id,
            Version = item.Object.Version,
            Component = item.Object.Component,
            Type = item.Type,
            Manifest = item.Object,
            Action = ResourceAction.Deleted,
        });
        return await PlanAsync([.. items], StackNamespace.Find(manifests.Objects), manifests.Release?.Version, inventory, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<UninstallPlan> PlanAsync(
        IReadOnlyList<PlannedResource> items,
        string namespaceName,
        string? release,
        Inventory? inventory,
        CancellationToken cancellationToken)
    {
        var served = items.Where(item => item.Type is not null).Select(item => (item.Id, item.Type!));
        var live = await MetadataSnapshot.ReadAsync(client, served, throttleLimit, cancellationToken).ConfigureAwait(false);
        var ours = items.Select(item => item.Id).ToHashSet();

        // Only CRDs, the APIService and the namespace send requests.
        var deciding = items.Select(item => DecideAsync(item with { Live = live.GetValueOrDefault(item.Id) }, ours, cancellationToken));
        var decided = await Task.WhenAll(deciding).ConfigureAwait(false);
        return new UninstallPlan(namespaceName, release, inventory, decided);
    }

    private async Task<PlannedResource> DecideAsync(PlannedResource item, HashSet<ResourceId> ours, CancellationToken cancellationToken)
    {
        if (item.Action != ResourceAction.Deleted)
        {
            return item;
        }

        if (item.Live is null)
        {
            return item with { Message = "was already gone" };
        }

        if (item.Entry is { Uid: var uid } && uid != item.Live.Uid && !item.Live.Managers.Any(manager => manager.IsOurs))
        {
            return Leave(item, "was replaced by somebody else since it was applied, and was left alone");
        }

        var reason = await FindReasonToKeepAsync(item, ours, cancellationToken).ConfigureAwait(false);
        return reason is null ? item : Leave(item, reason);
    }

    private async Task<string?> FindReasonToKeepAsync(
        PlannedResource item,
        HashSet<ResourceId> ours,
        CancellationToken cancellationToken)
    {
        if (item.Id.IsApiService)
        {
            return await ApiServiceOwner.FindForeignOwnerAsync(client, item, ours, cancellationToken).ConfigureAwait(false);
        }

        if (force)
        {
            return null;
        }

        if (item.Id.IsCrd)
        {
            return await FindForeignResourcesAsync(item, ours, cancellationToken).ConfigureAwait(false);
        }

        if (!item.Id.IsNamespace)
        {
            return null;
        }

        var foreign = await new ForeignContent(client).ListAsync(item.Id.Name, ours, cancellationToken).ConfigureAwait(false);
        return foreign.Count == 0 ? null : $"still contains foreign objects ({NameFew(foreign)}); -Force deletes them with the namespace";
    }

    private async Task<string?> FindForeignResourcesAsync(
        PlannedResource crd,
        HashSet<ResourceId> ours,
        CancellationToken cancellationToken)
    {
        if (await client.FindAsync(crd.Type!, crd.Id, cancellationToken).ConfigureAwait(false) is not { } json
            || CrdTypes.Read(json).FirstOrDefault() is not { } defined)
        {
            return null;
        }

        var foreign = new List<ResourceId>();
        var monitors = new List<(ResourceId Id, string Release)>();
        await foreach (var metadata in client.ListMetadataAsync(defined, null, string.Empty, cancellationToken).ConfigureAwait(false))
        {
            var id = defined.IdOf(metadata.Namespace, metadata.Name);
            if (ours.Contains(id))
            {
                continue;
            }

            if (defined.Kind == "ServiceMonitor" && MilvusChart.FindRelease(metadata) is { } release)
            {
                monitors.Add((id, release));
            }
            else
            {
                foreign.Add(id);
            }
        }

        var monitorNames = NameFew([.. monitors.Select(monitor => monitor.Id)]);
        return (foreign, monitors) switch
        {
            ([], []) => null,
            (_, []) => $"still has foreign objects ({NameFew(foreign)}); -Force deletes them with the CRD",
            ([], _) => $"still has the monitors of Milvus ({monitorNames}); {NameCommand(monitors)} deletes them",
            _ => $"still has foreign objects ({NameFew(foreign)}) and the monitors of Milvus ({monitorNames}); "
                + $"{NameCommand(monitors)} deletes the monitors, -Force deletes all of them with the CRD",
        };
    }

    /// <summary>The command that deletes the monitors of Milvus.</summary>
    private static string NameCommand(IReadOnlyList<(ResourceId Id, string Release)> monitors) => monitors is [var only]
        ? $"Disable-MilvusServiceMonitor {PowerShellText.Quote(only.Release)} -Namespace {only.Id.Namespace}"
        : "Get-MilvusServiceMonitor | Disable-MilvusServiceMonitor";

    private static PlannedResource Leave(PlannedResource item, string reason) =>
        item with { Action = ResourceAction.Skipped, Message = reason };

    private static string NameFew(IReadOnlyCollection<ResourceId> ids)
    {
        const int Named = 3;
        var names = string.Join(", ", ids.Take(Named));
        return ids.Count > Named ? $"{names} and {ids.Count - Named} more" : names;
    }
}
