using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Decides, by reading only, what an installation has to do for each object.</summary>
internal sealed class InstallPlanner(ClusterClient client, ResourceTypes types, int throttleLimit)
{
    /// <summary>Makes the plan.</summary>
    /// <param name="manifests">The manifests.</param>
    /// <param name="inventories">The inventories in the cluster.</param>
    /// <param name="cancellationToken">Ends the planning.</param>
    public async Task<InstallPlan> PlanAsync(
        ManifestSet manifests,
        IReadOnlyList<Inventory> inventories,
        CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<ResourceId, ObjectMetadata> seen = new Dictionary<ResourceId, ObjectMetadata>();
        if (inventories.FirstOrDefault(inventory => inventory.ManifestDigest == manifests.Digest) is { } same && IsFinished(same))
        {
            var objects = same.Entries.Select(entry => (entry.Id, entry.Type)).ToList();
            var reading = MetadataSnapshot.ReadAsync(client, objects, throttleLimit, cancellationToken);
            var looking = FindBlindAsync(
                [.. same.Entries.Where(IsOperator).Select(entry => (entry.Id, entry.Type))],
                objects,
                cancellationToken);
            await Task.WhenAll(reading, looking).ConfigureAwait(false);
            seen = await reading.ConfigureAwait(false);

            // A kind whose objects were just found is served; discovery has nothing to add.
            foreach (var entry in same.Entries.Where(entry => seen.ContainsKey(entry.Id)))
            {
                types.Add(entry.Type);
            }

            if (await RepairAsync(manifests, same, seen, cancellationToken).ConfigureAwait(false) is { } repair)
            {
                return WithRestarts(repair, await looking.ConfigureAwait(false));
            }
        }

        var namespaceName = StackNamespace.Find(manifests.Objects);
        var inventory = inventories.FirstOrDefault(candidate => candidate.Namespace == namespaceName);
        var resolved = await new ManifestResolver(types).ResolveAsync(manifests.Objects, cancellationToken).ConfigureAwait(false);
        var wanted = resolved.Select(item => item.Object.Id).ToHashSet();
        var entries = inventory?.Entries.ToDictionary(entry => entry.Id) ?? [];
        var others = entries.Values.Where(entry => !wanted.Contains(entry.Id)).ToList();
        var unseen = resolved
            .Where(item => item.Type is not null)
            .Select(item => (item.Object.Id, item.Type!))
            .Concat(others.Select(entry => (entry.Id, entry.Type)))
            .Where(item => !seen.ContainsKey(item.Id));
        var live = await MetadataSnapshot.ReadAsync(client, unseen, throttleLimit, cancellationToken).ConfigureAwait(false);
        var planned = new List<PlannedResource>(resolved.Count);
        var ending = new TerminatingScopes(manifests.Objects, id => Now(id) is { DeletionTimestamp: not null });
        foreach (var (manifest, type) in resolved)
        {
            var now = ending.Contains(manifest.Id) ? null : Now(manifest.Id);
            planned.Add(
                await DecideAsync(manifest, type, now, entries.GetValueOrDefault(manifest.Id), wanted, cancellationToken)
                    .ConfigureAwait(false));
        }

        planned.AddRange(others.Select(entry => Remainder(entry, Now(entry.Id))).OfType<PlannedResource>());
        var plan = new InstallPlan(manifests, namespaceName, inventory, planned);
        var there = planned
            .Where(resource => resource is { Live.DeletionTimestamp: null, Type: not null })
            .Select(resource => (resource.Id, resource.Type!))
            .ToList();
        var readers = there.Any(item => item.Item1 is { Group: "apps", Kind: "Deployment" })
            ? plan.FindReaders()
            : new HashSet<ResourceId>();
        return WithRestarts(
            plan,
            await FindBlindAsync(
                    [.. there.Where(item => readers.Contains(item.Id) && item.Id.Kind == "Deployment")],
                    there,
                    cancellationToken).ConfigureAwait(false));

        ObjectMetadata? Now(ResourceId id) => seen.GetValueOrDefault(id) ?? live.GetValueOrDefault(id);
    }

    /// <summary>Told by its component: the roles that would tell it are in manifests that a re-install does not read.</summary>
    private static bool IsOperator(InventoryEntry entry) =>
        entry is { Component: ComponentName.Operator, LeftAlone: null, Id: { Group: "apps", Kind: "Deployment" } };

    private async Task<BlindOperator?> FindBlindAsync(
        IReadOnlyList<(ResourceId Id, ResourceType Type)> operators,
        IEnumerable<(ResourceId Id, ResourceType Type)> objects,
        CancellationToken cancellationToken)
    {
        try
        {
            return await new BlindOperatorFinder(client, throttleLimit)
                .FindAsync(operators, objects, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.PermissionDenied)
        {
            // Who may not look at pods can install all the same; Test-MilvusMonitoring says what is not ready.
            return null;
        }
    }

    /// <summary>
    /// Marks the workloads that would not see their kinds: the blind operator, and those that run while a definition comes anew.
    /// </summary>
    private static InstallPlan WithRestarts(InstallPlan plan, BlindOperator? blind)
    {
        var missing = plan.Resources.FirstOrDefault(resource =>
            resource is { Action: ResourceAction.Created, Id: { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" } });
        if (missing is null && blind is null)
        {
            return plan;
        }

        var readers = missing is not null && plan.Resources.Any(MayRestart) ? plan.FindReaders() : new HashSet<ResourceId>();
        return plan with { Resources = [.. plan.Resources.Select(resource => MayRestart(resource) ? Restarting(resource) : resource)] };

        PlannedResource Restarting(PlannedResource resource) =>
            resource.Id == blind?.Operator ? Restart(resource, blind.Reason)
            : readers.Contains(resource.Id)
                ? Restart(resource, $"it has run since before {missing!.Id} was made, and looks for its kinds only when it starts")
            : resource;
    }

    private static bool MayRestart(PlannedResource resource) => resource is
    {
        Id: { Group: "apps", Kind: "Deployment" or "DaemonSet" or "StatefulSet" },
        Live.DeletionTimestamp: null,
        Action: ResourceAction.Unchanged or ResourceAction.Configured,
        Type: not null,
    };

    private static PlannedResource Restart(PlannedResource resource, string reason) =>
        resource with { Action = ResourceAction.Configured, Restarts = true, Message = $"its rollout is restarted: {reason}" };

    private static bool IsFinished(Inventory inventory) =>
        inventory.Entries.All(entry => entry.LeftAlone is not null || entry.Uid is not null);

    /// <summary>
    /// The quick way: the manifests are those of the inventory, so the inventory says which objects there are, and metadata says whether
    /// anybody has touched them.
    /// Only the manifests of those that somebody has touched are read.
    /// </summary>
    /// <returns>The plan; null where that does not tell enough.</returns>
    private async Task<InstallPlan?> RepairAsync(
        ManifestSet manifests,
        Inventory inventory,
        IReadOnlyDictionary<ResourceId, ObjectMetadata> live,
        CancellationToken cancellationToken)
    {
        if (live.Any(item => item.Value.DeletionTimestamp is not null && item.Key.Kind is "Namespace" or "CustomResourceDefinition"))
        {
            return null;
        }

        var touched = inventory
            .Entries.Where(entry => entry.File is not null && !IsAsRecorded(entry, live.GetValueOrDefault(entry.Id)))
            .ToDictionary(entry => entry.Id);
        var files = touched.Values.Select(entry => entry.File!).ToHashSet(StringComparer.Ordinal);
        var read =
            files.Count == 0
                ? []
                : await new ManifestResolver(types).ResolveAsync(manifests.ReadFrom(files), cancellationToken).ConfigureAwait(false);
        var wanted = inventory.Entries.Where(entry => entry.File is not null).Select(entry => entry.Id).ToHashSet();
        var decided = new Dictionary<ResourceId, PlannedResource>();
        foreach (var (manifest, type) in read.Where(item => touched.ContainsKey(item.Object.Id)))
        {
            decided[manifest.Id] = await DecideAsync(
                    manifest,
                    type,
                    live.GetValueOrDefault(manifest.Id),
                    touched[manifest.Id],
                    wanted,
                    cancellationToken).ConfigureAwait(false);
        }

        return decided.Count < touched.Count
            ? null
            : new InstallPlan(
                manifests,
                inventory.Namespace,
                inventory,
                [
                    .. inventory
                        .Entries.Select(entry =>
                            decided.GetValueOrDefault(entry.Id)
                            ?? (entry.File is null ? Remainder(entry, live.GetValueOrDefault(entry.Id)) : Settled(entry, live[entry.Id])))
                        .OfType<PlannedResource>(),
                ]);
    }

    private static bool IsAsRecorded(InventoryEntry entry, ObjectMetadata? live) =>
        live is not null && (entry.LeftAlone is null ? Drift.IsAsApplied(entry, live) : live.Uid == entry.Uid);

    private static PlannedResource Settled(InventoryEntry entry, ObjectMetadata live) => new()
    {
        Id = entry.Id,
        Version = entry.Version,
        Component = entry.Component,
        Type = entry.Type,
        Live = live,
        Entry = entry,
        Action = entry.LeftAlone is null ? ResourceAction.Unchanged : ResourceAction.Skipped,
        Message = entry.LeftAlone,
    };

    private async Task<PlannedResource> DecideAsync(
        ManifestObject manifest,
        ResourceType? type,
        ObjectMetadata? live,
        InventoryEntry? entry,
        IReadOnlySet<ResourceId> wanted,
        CancellationToken cancellationToken)
    {
        var planned = new PlannedResource
        {
            Id = manifest.Id,
            Version = manifest.Version,
            Component = manifest.Component,
            Type = type,
            Manifest = manifest,
            ManifestHash = manifest.Hash,
            Live = live,
            Entry = entry,
            Action = live is null ? ResourceAction.Created : ResourceAction.Configured,
        };
        if (type is null)
        {
            return planned with { Action = ResourceAction.Failed, Error = UnknownKind(manifest) };
        }

        if (live is null)
        {
            return planned;
        }

        if (entry is { LeftAlone: null } && entry.ManifestHash == planned.ManifestHash && Drift.IsAsApplied(entry, live))
        {
            return planned with { Action = ResourceAction.Unchanged };
        }

        if (
            manifest.Id is { Group: "apiregistration.k8s.io", Kind: "APIService" }
            && await ApiServiceOwner.FindForeignOwnerAsync(client, planned, wanted, cancellationToken).ConfigureAwait(false) is { } others)
        {
            return planned with { Action = ResourceAction.Skipped, Message = others };
        }

        if (manifest.Id.Kind is "ClusterRole" or "Role" && live.Annotations.TryGetValue(GrantedRules.AnnotationName, out var granted))
        {
            var withGrant = planned with { Manifest = manifest.With(GrantedRules.AddTo(manifest.ReadJson(), granted)) };
            return
                entry?.ManifestHash == planned.ManifestHash
                && await HasRulesAsync(type, withGrant.Manifest, cancellationToken).ConfigureAwait(false)
                ? withGrant with
                {
                    Action = ResourceAction.Unchanged,
                }
                : withGrant;
        }

        return planned;
    }

    private async Task<bool> HasRulesAsync(ResourceType type, ManifestObject wanted, CancellationToken cancellationToken) =>
        await client.FindAsync(type, wanted.Id, cancellationToken).ConfigureAwait(false) is { } body
        && JsonEquality.AreEqual(Rules(body), Rules(wanted.ReadJson()));

    private static JsonNode? Rules(ReadOnlyMemory<byte> role) =>
        JsonSlice.Find(role, "rules") is { IsEmpty: false } rules ? JsonNode.Parse(rules.Span) : null;

    /// <summary>
    /// What an earlier installation has left. What is gone, or was only intended and is nobody's or somebody else's, is no longer the
    /// stack's; what was made and its answer lost, is.
    /// </summary>
    private static PlannedResource? Remainder(InventoryEntry entry, ObjectMetadata? live)
    {
        if (live is null || (entry is { Uid: null, LeftAlone: null } && !live.Managers.Any(manager => manager.IsOurs)))
        {
            return null;
        }

        return new PlannedResource
        {
            Id = entry.Id,
            Version = entry.Version,
            Component = entry.Component,
            Type = entry.Type,
            Live = live,
            Entry = (entry is { Uid: null, LeftAlone: null } ? entry.With(live, entry.ManifestHash) : entry) with { File = null },
            Action = ResourceAction.Skipped,
            Message = entry.LeftAlone
                ?? "is of an earlier installation and not in these manifests; it stays until Uninstall-KubePrometheus",
        };
    }

    private MonitoringException UnknownKind(ManifestObject manifest)
    {
        var elsewhere = types
            .Known.Where(type => type.Kind == manifest.Id.Kind)
            .Select(type => type.ApiVersion)
            .Order(StringComparer.Ordinal)
            .ToList();
        var guess =
            elsewhere.Count > 0
                ? $"it is served in {string.Join(", ", elsewhere)}"
                : NameSuggestions.Guess(
                    manifest.Id.Kind,
                    types
                        .Known.Where(type => type.Group == manifest.Id.Group)
                        .Select(type => type.Kind)
                        .Distinct()
                        .Order(StringComparer.Ordinal));
        return new MonitoringException(
            ErrorId.KindNotFound,
            $"The cluster does not serve {manifest.Id.Kind} in {manifest.ApiVersion}, which {manifest.Id} in {manifest.Place} needs{(guess is null ? string.Empty : $" ({guess})")}; "
                + (guess is null ? string.Empty : "correct the manifest, ")
                + $"choose a release for this cluster's Kubernetes with -Version, or leave the component out with -ExcludeComponent {manifest.Component}.",
            manifest.Id.ToString());
    }
}
