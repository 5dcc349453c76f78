using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Decides, by reading only, what an uninstallation deletes and what it leaves alone.</summary>
internal sealed class UninstallPlanner(ClusterClient client, ResourceTypes types, bool force, int throttleLimit)
{
    /// <summary>Plans the removal of what the inventory says.</summary>
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

    /// <summary>Plans the removal of what manifests name, as for a stack that kubectl installed.</summary>
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
        var live = await MetadataSnapshot
            .ReadAsync(
                client,
                items.Where(item => item.Type is not null).Select(item => (item.Id, item.Type!)),
                throttleLimit,
                cancellationToken).ConfigureAwait(false);
        var ours = items.Select(item => item.Id).ToHashSet();

        // Few take requests: definitions, the API service and the namespace.
        var decided = await Task.WhenAll(
                items.Select(item => DecideAsync(item with { Live = live.GetValueOrDefault(item.Id) }, ours, cancellationToken)))
            .ConfigureAwait(false);
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

        return item.Id switch
        {
            { Group: "apiregistration.k8s.io", Kind: "APIService" }
                when await ApiServiceOwner.FindForeignOwnerAsync(client, item, ours, cancellationToken).ConfigureAwait(false)
                    is { } others => Leave(item, others),
            { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" }
                when !force && await OthersResourcesAsync(item, ours, cancellationToken).ConfigureAwait(false) is { } others => Leave(
                item,
                others),
            { Group: "", Kind: "Namespace" }
                when !force
                    && await new ForeignContent(client).FindForeignObjectsAsync(item.Id.Name, ours, cancellationToken).ConfigureAwait(false)
                        is { Count: > 0 } others => Leave(
                item,
                $"still holds what others put there ({Few(others)}); -Force deletes it with all of that"),
            _ => item,
        };
    }

    private async Task<string?> OthersResourcesAsync(
        PlannedResource definition,
        HashSet<ResourceId> ours,
        CancellationToken cancellationToken)
    {
        if (await client.FindAsync(definition.Type!, definition.Id, cancellationToken).ConfigureAwait(false) is not { } json
            || CrdTypes.Read(json).FirstOrDefault() is not { } defined)
        {
            return null;
        }

        var others = new List<ResourceId>();
        var monitors = new List<(ResourceId Id, string Release)>();
        await foreach (var metadata in client.ListMetadataAsync(defined, null, string.Empty, cancellationToken).ConfigureAwait(false))
        {
            var id = new ResourceId(defined.Group, defined.Kind, metadata.Namespace, metadata.Name);
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
                others.Add(id);
            }
        }

        return (others, monitors) switch
        {
            ([], []) => null,
            (_, []) => $"is still used by others ({Few(others)}); -Force deletes it with all of those",
            ([], _) => $"is still used by the monitors of Milvus ({Few(Ids(monitors))}); {Disable(monitors)} deletes them",
            _ =>
                $"is still used by others ({Few(others)}) and by the monitors of Milvus ({Few(Ids(monitors))}); {Disable(monitors)} deletes these, -Force deletes it with all of them",
        };
    }

    private static IReadOnlyCollection<ResourceId> Ids(IEnumerable<(ResourceId Id, string Release)> monitors) =>
        [.. monitors.Select(monitor => monitor.Id)];

    /// <summary>The commands that take the monitors of Milvus away.</summary>
    private static string Disable(IReadOnlyList<(ResourceId Id, string Release)> monitors) => monitors is [var only]
        ? $"Disable-MilvusServiceMonitor {PowerShellText.Quote(only.Release)} -Namespace {only.Id.Namespace}"
        : "Get-MilvusServiceMonitor | Disable-MilvusServiceMonitor";

    private static PlannedResource Leave(PlannedResource item, string why) => item with { Action = ResourceAction.Skipped, Message = why };

    private static string Few(IReadOnlyCollection<ResourceId> ids)
    {
        const int Named = 3;
        var names = string.Join(", ", ids.Take(Named));
        return ids.Count > Named ? $"{names} and {ids.Count - Named} more" : names;
    }
}
