using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Decides which objects an uninstallation deletes and which it leaves alone. Only reads. An object of an inventory is deleted only if the
/// object shows that it is the stack's. An object of manifests, which the user names, is deleted by its name.
/// </summary>
internal sealed class UninstallPlanner(ClusterClient client, bool force, int throttleLimit)
{
    /// <summary>Plans the removal of the objects in an inventory.</summary>
    /// <param name="claims">What other stacks hold.</param>
    public async Task<UninstallPlan> PlanAsync(Inventory inventory, StackClaims claims, CancellationToken cancellationToken)
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
        var kinds = await ServedKinds.ReadAsync(client, throttleLimit, cancellationToken).ConfigureAwait(false);
        var live = await AddLiveAsync([.. items], cancellationToken).ConfigureAwait(false);
        IReadOnlyList<PlannedResource> resources = [.. live.Select(JudgeRecorded)];
        var plan = new UninstallPlan(inventory.Namespace, inventory.Release, inventory, resources)
        {
            Kinds = kinds,
            RemovesLeftovers = !claims.HaveOperator && resources.Any(ShowsStack),
        };
        return await CompleteAsync(plan, cancellationToken).ConfigureAwait(false);

        PlannedResource JudgeRecorded(PlannedResource item) =>
            item is { Action: ResourceAction.Deleted, Live: { } found, Entry: { } entry }
            && StackOwnership.FindDoubt(entry, found, inventory.Namespace) is { } doubt
                ? Leave(item, doubt)
                : Judge(item, kinds, claims);
    }

    /// <summary>Plans the removal of the objects in manifests, for a stack that another tool installed.</summary>
    /// <param name="inventories">Every inventory in the cluster.</param>
    public async Task<UninstallPlan> PlanAsync(
        ManifestSet manifests,
        IReadOnlyList<Inventory> inventories,
        CancellationToken cancellationToken)
    {
        var resolver = new ManifestResolver(new ResourceTypes(client), client.Connection.DefaultNamespace);
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
        var kinds = await ServedKinds.ReadAsync(client, throttleLimit, cancellationToken).ConfigureAwait(false);
        var live = await AddLiveAsync([.. items], cancellationToken).ConfigureAwait(false);
        var namespaceName = StackNamespace.Find([.. resolved.Select(item => item.Object.Id)]);
        var claims = await StackClaims.ReadAsync(client, inventories, namespaceName, true, cancellationToken).ConfigureAwait(false);
        var inventory = inventories.FirstOrDefault(candidate => candidate.Namespace == namespaceName);
        IReadOnlyList<PlannedResource> resources = [.. live.Select(item => Judge(item, kinds, claims))];
        var plan = new UninstallPlan(namespaceName, manifests.Release?.Version, inventory, resources)
        {
            Kinds = kinds,
            RemovesLeftovers = !claims.HaveOperator,
        };
        return await CompleteAsync(plan, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<PlannedResource>> AddLiveAsync(
        IReadOnlyList<PlannedResource> items,
        CancellationToken cancellationToken)
    {
        var served = items.Where(item => item.Type is not null).Select(item => (item.Id, item.Type!));
        var live = await MetadataSnapshot.ReadAsync(client, served, throttleLimit, cancellationToken).ConfigureAwait(false);
        return [.. items.Select(item => item with { Live = live.GetValueOrDefault(item.Id) })];
    }

    /// <summary>Decides what needs no further request.</summary>
    private static PlannedResource Judge(PlannedResource item, ServedKinds kinds, StackClaims claims)
    {
        if (item.Action != ResourceAction.Deleted)
        {
            return item;
        }

        if (item.Live is not { } live)
        {
            return item with { Message = "was already gone" };
        }

        if (claims.FindHolder(item.Id, live) is { } holder)
        {
            return Leave(item, $"was left alone, because it belongs to the stack in {holder} too");
        }

        if (kinds.IsOfAnotherKind(item.Type!))
        {
            return Leave(item, $"was left alone, because the cluster serves another kind as {item.Type!.Plural}");
        }

        return StackOwnership.FindOtherCommand(item.Id, live) is { } reason ? Leave(item, reason) : item;
    }

    /// <summary>
    /// Whether an object shows that the inventory is of a stack: an object without namespace that this module applied. Tenants write none.
    /// </summary>
    private static bool ShowsStack(PlannedResource item) =>
        item is { Action: ResourceAction.Deleted, Id.Namespace: null, Live: { } live } && live.Managers.Any(manager => manager.IsOurs);

    /// <summary>Decides on what contains objects of others: the API service, the CRDs and the namespaces.</summary>
    private async Task<UninstallPlan> CompleteAsync(UninstallPlan plan, CancellationToken cancellationToken)
    {
        var receivers = await StackReceivers.ListAsync(client, plan.Resources, cancellationToken).ConfigureAwait(false);
        plan = plan with { Resources = [.. plan.Resources, .. receivers] };
        var uids = plan.ListDeletedUids();
        var ours = plan.Resources.Where(item => item.Action == ResourceAction.Deleted).Select(item => item.Id).ToHashSet();
        var content = new ForeignContent(client, plan.Kinds, throttleLimit);
        var completed = await Task.WhenAll(plan.Resources.Select(DecideAsync)).ConfigureAwait(false);
        var resources = completed.Select(item => item.Item).ToList();
        var notes = completed.Select(item => item.Note).OfType<string>().ToList();
        if (KeepHolder(plan, resources) is { } holder)
        {
            resources[resources.FindIndex(item => item.Id == holder.Id)] = holder;
            notes.Add($"{holder.Id} {holder.Message}");
        }

        notes.AddRange(StackAdditions.Describe(resources));
        return plan with { Resources = resources, Notes = notes };

        async Task<(PlannedResource Item, string? Note)> DecideAsync(PlannedResource item)
        {
            if (item is not { Action: ResourceAction.Deleted, Live: not null })
            {
                return (item, null);
            }

            if (item.Id.IsApiService)
            {
                var owner = await ApiServiceOwner.FindForeignOwnerAsync(client, item, ours, cancellationToken).ConfigureAwait(false);
                return (owner is null ? item : Leave(item, owner), null);
            }

            if (item.Id.IsCrd)
            {
                return await DecideCrdAsync(item, uids, cancellationToken).ConfigureAwait(false);
            }

            if (!item.Id.IsNamespace)
            {
                return (item, null);
            }

            var foreign = await content.ReadAsync(item.Id.Name, uids, cancellationToken).ConfigureAwait(false);
            return foreign.IsNone
                ? (item, null)
                : KeepOrNote(item, foreign.DescribeNamespace(), foreign.Describe());
        }
    }

    /// <summary>
    /// The inventory lies in the stack's namespace. While anything else of the stack stays, the namespace stays for the inventory.
    /// </summary>
    /// <returns>The namespace, which stays; null if it goes, or stays anyway.</returns>
    private static PlannedResource? KeepHolder(UninstallPlan plan, IReadOnlyList<PlannedResource> resources)
    {
        var home = resources.FirstOrDefault(item =>
            item is { Action: ResourceAction.Deleted, Live: not null, Id.IsNamespace: true } && item.Id.Name == plan.Inventory?.Namespace);
        if (home is null)
        {
            return null;
        }

        var planned = resources.Select(item => item.Id).ToHashSet();
        var outside = plan.Inventory!.Entries
            .Where(entry => entry.LeftAlone is null && !planned.Contains(entry.Id) && entry.Namespace != plan.Inventory.Namespace)
            .Select(entry => entry.Id)
            .Concat(resources.Where(item => item.IsKept).Select(item => item.Id))
            .Select(id => id.ToString())
            .ToList();
        if (outside.Count == 0)
        {
            return null;
        }

        var reason = $"stays, because its inventory still lists what is left ({ForeignObjects.NameFew(outside)}); "
            + "to delete the namespace too, run the command again when those objects can be deleted";
        return Leave(home, reason) with { IsKept = true };
    }

    private async Task<(PlannedResource Item, string? Note)> DecideCrdAsync(
        PlannedResource crd,
        IReadOnlySet<string> ours,
        CancellationToken cancellationToken)
    {
        if (await client.FindAsync(crd.Type!, crd.Id, cancellationToken).ConfigureAwait(false) is not { } json
            || CrdTypes.Read(json).FirstOrDefault() is not { } defined)
        {
            return (crd, null);
        }

        var foreign = new List<ForeignObject>();
        var monitors = new List<(ForeignObject Monitor, string Release)>();
        var alerts = new List<string>();
        await foreach (var metadata in client.ListMetadataAsync(defined, null, string.Empty, cancellationToken).ConfigureAwait(false))
        {
            var id = defined.IdOf(metadata.Namespace, metadata.Name);
            if (ours.Contains(metadata.Uid))
            {
                continue;
            }

            var item = ForeignObject.From(id, metadata);
            if (defined.Kind == "ServiceMonitor" && MilvusChart.FindRelease(metadata) is { } release)
            {
                monitors.Add((item, release));
            }
            else if (AlertRuleMark.IsOn(metadata))
            {
                // Without the stack nothing evaluates them.
                alerts.Add(id.ToString());
            }
            else
            {
                foreign.Add(item);
            }
        }

        if (foreign.Count + monitors.Count == 0)
        {
            return (crd, alerts.Count == 0 ? null : $"deletes with {crd.Id} the alert rules of Milvus ({ForeignObjects.NameFew(alerts)})");
        }

        var others = new ForeignObjects(foreign, []).Describe();
        var names = ForeignObjects.NameFew([.. monitors.Select(item => item.Monitor.Id.ToString())]);
        return (foreign, monitors) switch
        {
            (_, []) => KeepOrNote(crd, $"still has {others}; -Force deletes them with the CRD", others),
            ([], _) => KeepOrNote(
                crd,
                $"still has the monitors of Milvus ({names}); {NameCommand(monitors)} deletes them",
                $"the monitors of Milvus ({names})"),
            _ => KeepOrNote(
                crd,
                $"still has {others}, and the monitors of Milvus ({names}); "
                    + $"{NameCommand(monitors)} deletes the monitors, -Force deletes all of them with the CRD",
                $"{others}, and the monitors of Milvus ({names})"),
        };
    }

    /// <summary>Leaves what contains objects of others; under <c>-Force</c> deletes it, and the question says with what.</summary>
    private (PlannedResource Item, string? Note) KeepOrNote(PlannedResource item, string reason, string content) => force
        ? (item, $"deletes with {item.Id} {content}")
        : (Leave(item, reason) with { IsKept = true }, $"{item.Id} {reason}");

    /// <summary>The command that deletes the monitors of Milvus.</summary>
    private static string NameCommand(IReadOnlyList<(ForeignObject Monitor, string Release)> monitors) => monitors is [var only]
        ? $"Disable-MilvusServiceMonitor {PowerShellText.Quote(only.Release)} -Namespace {PowerShellText.Quote(only.Monitor.Id.Namespace!)}"
        : "Get-MilvusServiceMonitor | Disable-MilvusServiceMonitor";

    private static PlannedResource Leave(PlannedResource item, string reason) =>
        item with { Action = ResourceAction.Skipped, Message = reason };
}
