using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Decides what an installation does with each object. Only reads.</summary>
internal sealed class InstallPlanner(ClusterClient client, IActivitySink sink, ResourceTypes types, int throttleLimit)
{
    private readonly ManifestResolver _resolver = new(types, client.Connection.DefaultNamespace);

    /// <param name="inventories">The inventories in the cluster.</param>
    /// <param name="early">What is read already; null for nothing.</param>
    public async Task<InstallPlan> PlanAsync(
        ManifestSet manifests,
        IReadOnlyList<Inventory> inventories,
        StackReading? early,
        CancellationToken cancellationToken)
    {
        var plan = await PlanObjectsAsync(manifests, inventories, early, cancellationToken).ConfigureAwait(false);
        var claims = await StackClaims.ReadAsync(client, inventories, plan.Namespace, true, cancellationToken).ConfigureAwait(false);
        var conflicts = plan.Resources
            .Where(resource => resource is { Action: ResourceAction.Created or ResourceAction.Configured, Live: not null })
            .Select(resource => (resource.Id, Holder: claims.FindHolder(resource.Id, resource.Live!)))
            .Where(conflict => conflict.Holder is not null)
            .Select(conflict => (conflict.Id, conflict.Holder!));
        return plan with { Conflicts = [.. conflicts] };
    }

    private async Task<InstallPlan> PlanObjectsAsync(
        ManifestSet manifests,
        IReadOnlyList<Inventory> inventories,
        StackReading? early,
        CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<ResourceId, ObjectMetadata> seen = new Dictionary<ResourceId, ObjectMetadata>();
        if (inventories.FirstOrDefault(inventory => IsRecordOf(inventory, manifests)) is { } same)
        {
            var reading = early?.IsOf(same) is true ? early : StackReading.Start(client, sink, same, throttleLimit, cancellationToken);
            await Task.WhenAll(reading.Metadata, reading.Blind).ConfigureAwait(false);
            seen = await reading.Metadata.ConfigureAwait(false);

            // The server serves the kind of an object that was just read: no discovery is needed.
            foreach (var entry in same.Entries.Where(entry => seen.ContainsKey(entry.Id)))
            {
                types.Add(entry.Type);
            }

            if (await RepairAsync(manifests, same, seen, cancellationToken).ConfigureAwait(false) is { } repair)
            {
                return WithRestarts(repair, await reading.Blind.ConfigureAwait(false));
            }
        }

        var resolved = await _resolver.ResolveAsync(manifests.Objects, cancellationToken).ConfigureAwait(false);
        var ids = resolved.Select(item => item.Object.Id).ToList();
        WarnOfDefaultNamespace(manifests.Objects, ids);
        var namespaceName = StackNamespace.Find(ids);
        var inventory = inventories.FirstOrDefault(candidate => candidate.Namespace == namespaceName);
        var wanted = ids.ToHashSet();
        var entries = inventory?.Entries.ToDictionary(entry => entry.Id) ?? [];
        var others = entries.Values.Where(entry => !wanted.Contains(entry.Id)).ToList();
        var unseen = resolved
            .Where(item => item.Type is not null)
            .Select(item => (item.Object.Id, item.Type!))
            .Concat(others.Select(entry => (entry.Id, entry.Type)))
            .Where(item => !seen.ContainsKey(item.Id));
        var live = await MetadataSnapshot.ReadAsync(client, unseen, throttleLimit, cancellationToken).ConfigureAwait(false);
        var planned = new List<PlannedResource>(resolved.Count);
        var terminating = new TerminatingScopes(manifests.Objects, id => FindLive(id) is { DeletionTimestamp: not null });
        foreach (var (manifest, type) in resolved)
        {
            var before = terminating.Contains(manifest.Id) ? null : FindLive(manifest.Id);
            planned.Add(
                await DecideAsync(manifest, type, before, entries.GetValueOrDefault(manifest.Id), wanted, cancellationToken)
                    .ConfigureAwait(false));
        }

        planned.AddRange(others.Select(entry => PlanLeftover(entry, FindLive(entry.Id))).OfType<PlannedResource>());
        var plan = new InstallPlan(manifests, namespaceName, inventory, planned);
        var existing = planned
            .Where(resource => resource is { Live.DeletionTimestamp: null, Type: not null })
            .Select(resource => (resource.Id, Type: resource.Type!))
            .ToList();
        var readers = existing.Any(item => item.Id.IsDeployment) ? plan.ListReaders() : new HashSet<ResourceId>();
        var operators = existing.Where(item => readers.Contains(item.Id) && item.Id.Kind == "Deployment").ToList();
        var blind = await StackReading.FindBlindAsync(client, sink, operators, existing, throttleLimit, cancellationToken)
            .ConfigureAwait(false);
        return WithRestarts(plan, blind);

        ObjectMetadata? FindLive(ResourceId id) => seen.GetValueOrDefault(id) ?? live.GetValueOrDefault(id);
    }

    /// <summary>Says where the objects go whose manifest names no namespace.</summary>
    /// <param name="placed">The ids of the objects in the cluster, in the same order.</param>
    private void WarnOfDefaultNamespace(IReadOnlyList<ManifestObject> manifests, IReadOnlyList<ResourceId> placed)
    {
        var count = manifests.Zip(placed).Count(pair => pair.First.Id.Namespace is null && pair.Second.Namespace is not null);
        if (count > 0)
        {
            var who = count == 1
                ? "1 manifest names no namespace: its object goes"
                : $"{count} manifests name no namespace: their objects go";
            var connection = client.Connection;
            sink.Warning($"{who} to '{connection.DefaultNamespace}', the namespace of the context {connection.Context}, as with kubectl.");
        }
    }

    /// <summary>
    /// Marks the workloads that would not see their kinds: the blind operator, and workloads that run while a CRD is created.
    /// </summary>
    private static InstallPlan WithRestarts(InstallPlan plan, BlindOperator? blind)
    {
        var missing = plan.Resources.FirstOrDefault(resource =>
            resource is { Action: ResourceAction.Created, Id.IsCrd: true, WaitsForDeletion: false });
        if (missing is null && blind is null)
        {
            return plan;
        }

        var readers = missing is not null && plan.Resources.Any(MayRestart) ? plan.ListReaders() : new HashSet<ResourceId>();
        return plan with { Resources = [.. plan.Resources.Select(resource => MayRestart(resource) ? WithRestart(resource) : resource)] };

        PlannedResource WithRestart(PlannedResource resource)
        {
            if (resource.Id == blind?.Operator)
            {
                return Restart(resource, blind.Reason);
            }

            return readers.Contains(resource.Id)
                ? Restart(resource, $"it was running before {missing!.Id} was created, and looks for its kinds only when it starts")
                : resource;
        }
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

    /// <summary>
    /// Whether an inventory records that these manifests are applied. An inventory of another namespace does not: whoever may write a
    /// ConfigMap there would decide what is applied here.
    /// </summary>
    private bool IsRecordOf(Inventory inventory, ManifestSet manifests) =>
        inventory.ManifestDigest == manifests.Digest
        && IsFinished(inventory)
        && manifests.AreListedIn(inventory)
        && StackNamespace.Find([.. manifests.ReadFrom(ListPlaces(inventory)).Select(GetPlacedId)]) == inventory.Namespace;

    private ResourceId GetPlacedId(ManifestObject manifest) => manifest.Id is { Namespace: null, IsNamespace: false } id
        ? id with { Namespace = client.Connection.DefaultNamespace }
        : manifest.Id;

    /// <summary>The files that decide on the namespace of a stack.</summary>
    private static HashSet<string> ListPlaces(Inventory inventory) =>
        inventory.Entries
            .Where(entry => entry.File is not null && (entry.Kind == "Prometheus" || entry.Id.IsNamespace))
            .Select(entry => entry.File!)
            .ToHashSet(StringComparer.Ordinal);

    private static bool IsFinished(Inventory inventory) =>
        inventory.Entries.All(entry => entry.LeftAlone is not null || entry.Uid is not null);

    /// <summary>
    /// The fast path, if the manifests are the ones that the inventory records. The inventory lists the objects, and metadata shows which
    /// of them have changed. Only the manifests of changed objects are read.
    /// </summary>
    /// <returns>The plan; null if inventory and metadata are not enough to decide.</returns>
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

        var changed = inventory
            .Entries.Where(entry => entry.File is not null && !IsAsRecorded(entry, live.GetValueOrDefault(entry.Id)))
            .ToDictionary(entry => entry.Id);
        var files = changed.Values.Select(entry => entry.File!).ToHashSet(StringComparer.Ordinal);
        var read =
            files.Count == 0
                ? []
                : await _resolver.ResolveAsync(manifests.ReadFrom(files), cancellationToken).ConfigureAwait(false);
        var wanted = inventory.Entries.Where(entry => entry.File is not null).Select(entry => entry.Id).ToHashSet();
        var decided = new Dictionary<ResourceId, PlannedResource>();
        foreach (var (manifest, type) in read.Where(item => changed.ContainsKey(item.Object.Id)))
        {
            var before = live.GetValueOrDefault(manifest.Id);
            decided[manifest.Id] = await DecideAsync(manifest, type, before, changed[manifest.Id], wanted, cancellationToken)
                .ConfigureAwait(false);
        }

        if (decided.Count < changed.Count)
        {
            return null;
        }

        var resources = inventory.Entries.Select(Plan).OfType<PlannedResource>().ToList();
        return new InstallPlan(manifests, inventory.Namespace, inventory, resources);

        PlannedResource? Plan(InventoryEntry entry)
        {
            if (decided.TryGetValue(entry.Id, out var resource))
            {
                return resource;
            }

            return entry.File is null ? PlanLeftover(entry, live.GetValueOrDefault(entry.Id)) : PlanUnchanged(entry, live[entry.Id]);
        }
    }

    private static bool IsAsRecorded(InventoryEntry entry, ObjectMetadata? live) =>
        live is not null && (entry.LeftAlone is null ? Drift.IsAsApplied(entry, live) : live.Uid == entry.Uid);

    private static PlannedResource PlanUnchanged(InventoryEntry entry, ObjectMetadata live) => new()
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
            Action = live is { DeletionTimestamp: null } ? ResourceAction.Configured : ResourceAction.Created,
        };
        if (type is null)
        {
            return planned with { Action = ResourceAction.Failed, Error = CreateUnknownKind(manifest) };
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
            manifest.Id.IsApiService
            && await ApiServiceOwner.FindForeignOwnerAsync(client, planned, wanted, cancellationToken).ConfigureAwait(false) is { } reason)
        {
            return planned with { Action = ResourceAction.Skipped, Message = reason };
        }

        if (manifest.Id is { IsRole: true, Namespace: null } && FindGranted(manifest.Id, live) is { } granted)
        {
            var withGrant = planned with { Manifest = manifest.With(granted.AddTo(manifest.ReadJson())) };
            var isUnchanged = entry?.ManifestHash == planned.ManifestHash
                && await HasRulesAsync(type, withGrant.Manifest, cancellationToken).ConfigureAwait(false);
            return isUnchanged ? withGrant with { Action = ResourceAction.Unchanged } : withGrant;
        }

        if (KeptReceivers.MayHave(manifest.Id, live))
        {
            return await KeptReceivers.PlanAsync(client, planned, cancellationToken).ConfigureAwait(false);
        }

        return entry is null && manifest.Id is { IsRole: true, Namespace: null }
            ? await KeepDiscoveryRulesAsync(planned, type, cancellationToken).ConfigureAwait(false)
            : planned;
    }

    /// <summary>
    /// Keeps the rules that somebody has added to the role by hand, as Milvus's documentation says, each once. To the API server the rules
    /// are one field, so that the role would be a conflict although nobody's rule is lost.
    /// </summary>
    private async Task<PlannedResource> KeepDiscoveryRulesAsync(
        PlannedResource planned,
        ResourceType type,
        CancellationToken cancellationToken)
    {
        if (await client.FindAsync(type, planned.Id, cancellationToken).ConfigureAwait(false) is not { } body
            || JsonNode.Parse(body.Span) is not JsonObject live
            || GrantedRules.FindAdded(live["rules"], ReadRules(planned.Manifest!.ReadJson())) is not { } added)
        {
            return planned;
        }

        var manifest = planned.Manifest.With(added.AddTo(planned.Manifest.ReadJson()));
        var conflicts = JsonNode.Parse(manifest.ReadJson().Span) is JsonObject wanted ? FieldConflictRule.List(live, wanted) : [];
        return planned with { Manifest = manifest, Forces = conflicts.All(conflict => conflict.Path == ".rules") };
    }

    private GrantedRules? FindGranted(ResourceId id, ObjectMetadata live)
    {
        if (!live.Annotations.TryGetValue(GrantedRules.AnnotationName, out var annotation))
        {
            return null;
        }

        var granted = GrantedRules.Parse(annotation);
        if (granted.Ignored > 0)
        {
            sink.Warning(
                $"The annotation {GrantedRules.AnnotationName} of {id} asks for more than Grant-PrometheusMilvusAccess grants. "
                    + "These rules were not added; find out who wrote them.");
        }

        return granted;
    }

    private async Task<bool> HasRulesAsync(ResourceType type, ManifestObject wanted, CancellationToken cancellationToken) =>
        await client.FindAsync(type, wanted.Id, cancellationToken).ConfigureAwait(false) is { } body
        && JsonEquality.AreEqual(ReadRules(body), ReadRules(wanted.ReadJson()));

    private static JsonNode? ReadRules(ReadOnlyMemory<byte> role) =>
        JsonSlice.Find(role, "rules") is { IsEmpty: false } rules ? JsonNode.Parse(rules.Span) : null;

    /// <summary>
    /// Plans an object of an earlier installation that these manifests lack. An object leaves the stack if it is gone, or if it was only
    /// intended and this module manages none of its fields. An object belongs to the stack if the apply succeeded and its response was
    /// lost.
    /// </summary>
    private static PlannedResource? PlanLeftover(InventoryEntry entry, ObjectMetadata? live)
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
                ?? "belongs to an earlier installation and is not in these manifests; it stays until Uninstall-KubePrometheus",
        };
    }

    private MonitoringException CreateUnknownKind(ManifestObject manifest)
    {
        var guess = GuessKind(manifest);
        return new MonitoringException(
            ErrorId.KindNotFound,
            $"The cluster does not serve {manifest.Id.Kind} in {manifest.ApiVersion}, which {manifest.Id} in {manifest.Location} needs"
                + (guess is null ? string.Empty : $" ({guess})"),
            (guess is null ? string.Empty : "correct the manifest, ")
                + "choose a release for this cluster's Kubernetes with -Version, "
                + $"or leave the component out with -ExcludeComponent {manifest.Component}",
            manifest.Id.ToString());
    }

    private string? GuessKind(ManifestObject manifest)
    {
        var elsewhere = types
            .Known.Where(type => type.Kind == manifest.Id.Kind)
            .Select(type => type.ApiVersion)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (elsewhere.Count > 0)
        {
            return $"it is served in {string.Join(", ", elsewhere)}";
        }

        var kinds = types
            .Known.Where(type => type.Group == manifest.Id.Group)
            .Select(type => type.Kind)
            .Distinct()
            .Order(StringComparer.Ordinal);
        return NameSuggestions.Guess(manifest.Id.Kind, kinds);
    }
}

/// <summary>
/// The namespaces and CRDs that are being deleted. The objects in them are deleted too, so each counts as missing.
/// </summary>
internal sealed class TerminatingScopes
{
    private readonly HashSet<string> _namespaces = [];
    private readonly HashSet<(string Group, string Kind)> _kinds = [];

    /// <param name="manifests">The manifests, which name the namespaces and CRDs.</param>
    /// <param name="isTerminating">Whether an object is being deleted.</param>
    public TerminatingScopes(IEnumerable<ManifestObject> manifests, Func<ResourceId, bool> isTerminating)
    {
        foreach (var manifest in manifests.Where(manifest => isTerminating(manifest.Id)))
        {
            if (manifest.Id.IsNamespace)
            {
                _namespaces.Add(manifest.Id.Name);
            }

            _kinds.UnionWith(manifest.Defines.Select(type => (type.Group, type.Kind)));
        }
    }

    /// <summary>Whether the namespace or the CRD of an object is being deleted.</summary>
    public bool Contains(ResourceId id) => (id.Namespace is { } name && _namespaces.Contains(name)) || _kinds.Contains((id.Group, id.Kind));
}
