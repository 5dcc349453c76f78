using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Access;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Decides, by reading only, what an installation has to do for each object.</summary>
internal sealed class StackPlanner(ClusterClient client, ResourceTypes types, int throttleLimit)
{
    /// <summary>Makes the plan.</summary>
    /// <param name="manifests">The manifests.</param>
    /// <param name="inventories">The inventories in the cluster.</param>
    /// <param name="cancellationToken">Ends the planning.</param>
    public async Task<StackPlan> PlanAsync(ManifestSet manifests, IReadOnlyList<Inventory> inventories, CancellationToken cancellationToken)
    {
        if (inventories.FirstOrDefault(inventory => inventory.ManifestDigest == manifests.Digest) is { } same
            && await UnchangedAsync(manifests, same, cancellationToken).ConfigureAwait(false) is { } nothingToDo)
        {
            return nothingToDo;
        }

        var objects = manifests.Objects;
        var namespaceName = NamespaceOf(objects);
        var inventory = inventories.FirstOrDefault(candidate => candidate.Namespace == namespaceName);
        var resolved = await ResolveAsync(objects, cancellationToken).ConfigureAwait(false);
        var live = await MetadataSnapshot.ReadAsync(
            client, resolved.Where(item => item.Type is not null).Select(item => (item.Object.Id, item.Type!)), throttleLimit, cancellationToken).ConfigureAwait(false);
        var entries = inventory?.Entries.ToDictionary(entry => entry.Id) ?? [];
        var planned = new List<PlannedResource>(resolved.Count);
        foreach (var (manifest, type) in resolved)
        {
            planned.Add(await DecideAsync(manifest, type, live.GetValueOrDefault(manifest.Id), entries.GetValueOrDefault(manifest.Id), resolved, cancellationToken).ConfigureAwait(false));
        }

        var wanted = planned.Select(resource => resource.Id).ToHashSet();
        planned.AddRange(entries.Values.Where(entry => !wanted.Contains(entry.Id)).Select(Remainder));
        return new StackPlan(manifests, namespaceName, inventory, planned);
    }

    /// <summary>The quick way: the manifests are those of the inventory, so the inventory says which objects there are, and metadata says whether anybody has touched them.</summary>
    private async Task<StackPlan?> UnchangedAsync(ManifestSet manifests, Inventory inventory, CancellationToken cancellationToken)
    {
        if (inventory.Entries.Any(entry => entry.LeftAlone is null && entry.Uid is null))
        {
            return null;
        }

        var wanted = inventory.Entries.Select(entry => (Entry: entry, Type: TypeOf(entry))).ToList();
        var live = await MetadataSnapshot.ReadAsync(client, wanted.Select(item => (item.Entry.Id, item.Type)), throttleLimit, cancellationToken).ConfigureAwait(false);
        var planned = new List<PlannedResource>(wanted.Count);
        foreach (var (entry, type) in wanted)
        {
            var now = live.GetValueOrDefault(entry.Id);
            if (entry.LeftAlone is null ? now is null || !Drift.IsAsApplied(entry, now) : now is null || now.Uid != entry.Uid)
            {
                return null;
            }

            planned.Add(new PlannedResource
            {
                Id = entry.Id,
                Version = entry.Version,
                Component = entry.Component,
                Type = type,
                Live = now,
                Entry = entry,
                Action = entry.LeftAlone is null ? ResourceAction.Unchanged : ResourceAction.Skipped,
                Message = entry.LeftAlone,
            });
        }

        return new StackPlan(manifests, inventory.Namespace, inventory, planned);
    }

    private async Task<PlannedResource> DecideAsync(
        ManifestObject manifest, ResourceType? type, ObjectMetadata? live, InventoryEntry? entry, IReadOnlyList<(ManifestObject Object, ResourceType? Type)> all, CancellationToken cancellationToken)
    {
        var planned = new PlannedResource
        {
            Id = manifest.Id,
            Version = manifest.Version,
            Component = manifest.Component,
            Type = type,
            Manifest = manifest,
            ManifestHash = HashOf(manifest),
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

        if (manifest.Id is { Group: "apiregistration.k8s.io", Kind: "APIService" } && await ServiceOfOthersAsync(type, manifest, all, cancellationToken).ConfigureAwait(false) is { } others)
        {
            return planned with { Action = ResourceAction.Skipped, Message = others };
        }

        if (manifest.Id.Kind is "ClusterRole" or "Role" && live.Annotations.TryGetValue(GrantedRules.AnnotationName, out var granted))
        {
            var withGrant = planned with { Manifest = manifest with { Json = GrantedRules.AddTo(manifest.Json, granted) } };
            return entry?.ManifestHash == planned.ManifestHash && await HasRulesAsync(type, withGrant.Manifest, cancellationToken).ConfigureAwait(false)
                ? withGrant with { Action = ResourceAction.Unchanged }
                : withGrant;
        }

        return planned;
    }

    /// <summary>An APIService that points to a Service of others, as metrics-server's does, is theirs: taking it over would break <c>kubectl top</c> and autoscaling.</summary>
    private async Task<string?> ServiceOfOthersAsync(ResourceType type, ManifestObject manifest, IReadOnlyList<(ManifestObject Object, ResourceType? Type)> all, CancellationToken cancellationToken)
    {
        if (await client.FindAsync(type, manifest.Id, cancellationToken).ConfigureAwait(false) is not { } body)
        {
            return null;
        }

        var service = JsonSlice.Parse(body, "spec", "service");
        var wanted = JsonSlice.Parse(manifest.Json, "spec", "service");
        var (namespaceName, name) = (service.Text("namespace"), service.Text("name"));
        var isOurs = name is null
            || (name == wanted.Text("name") && namespaceName == wanted.Text("namespace"))
            || all.Any(item => item.Object.Id is { Group: "", Kind: "Service" } id && id.Name == name && id.Namespace == namespaceName);
        return isOurs ? null : $"serves Service/{namespaceName}/{name} of others and was left alone";
    }

    private async Task<bool> HasRulesAsync(ResourceType type, ManifestObject wanted, CancellationToken cancellationToken) =>
        await client.FindAsync(type, wanted.Id, cancellationToken).ConfigureAwait(false) is { } body
        && JsonNode.DeepEquals(Rules(body), Rules(wanted.Json));

    private static JsonNode? Rules(ReadOnlyMemory<byte> role) =>
        JsonSlice.Find(role, "rules") is { IsEmpty: false } rules ? JsonNode.Parse(rules.Span) : null;

    private async Task<IReadOnlyList<(ManifestObject Object, ResourceType? Type)>> ResolveAsync(IReadOnlyList<ManifestObject> objects, CancellationToken cancellationToken)
    {
        foreach (var definition in objects.Where(candidate => candidate.Id.Kind == "CustomResourceDefinition"))
        {
            foreach (var type in DefinedTypes.Of(definition))
            {
                types.Add(type);
            }
        }

        var kinds = objects.Select(manifest => (manifest.Id.Group, manifest.Version, manifest.Id.Kind)).Distinct().ToList();
        var found = await Task.WhenAll(kinds.Select(kind => types.FindAsync(kind.Group, kind.Version, kind.Kind, cancellationToken))).ConfigureAwait(false);
        var byKind = kinds.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second);
        return [.. objects.Select(manifest => (manifest, byKind[(manifest.Id.Group, manifest.Version, manifest.Id.Kind)]))
            .Select(pair => (PlaceInNamespace(pair.manifest, pair.Item2), pair.Item2))];
    }

    /// <summary>Where the manifest and the kind disagree about namespaces, the kind is right.</summary>
    private static ManifestObject PlaceInNamespace(ManifestObject manifest, ResourceType? type) => (type, manifest.Id.Namespace) switch
    {
        ({ IsNamespaced: true }, null) => manifest with { Id = manifest.Id with { Namespace = "default" } },
        ({ IsNamespaced: false }, not null) => manifest with { Id = manifest.Id with { Namespace = null } },
        _ => manifest,
    };

    private static string NamespaceOf(IReadOnlyList<ManifestObject> objects) =>
        objects.FirstOrDefault(candidate => candidate.Id.Kind == "Prometheus")?.Id.Namespace
        ?? objects.FirstOrDefault(candidate => candidate.Id is { Group: "", Kind: "Namespace" })?.Id.Name
        ?? InventoryStore.UsualNamespace;

    private static PlannedResource Remainder(InventoryEntry entry) => new()
    {
        Id = entry.Id,
        Version = entry.Version,
        Component = entry.Component,
        Type = TypeOf(entry),
        Entry = entry,
        Action = ResourceAction.Skipped,
        Message = entry.LeftAlone ?? "is of an earlier installation and not in these manifests; it stays until Uninstall-KubePrometheus",
    };

    private static ResourceType TypeOf(InventoryEntry entry) => new(entry.Group, entry.Version, entry.Plural, entry.Kind, entry.Namespace is not null);

    private static string HashOf(ManifestObject manifest) => Convert.ToBase64String(SHA256.HashData(manifest.Json.Span), 0, 18);

    private static MonitoringException UnknownKind(ManifestObject manifest) => new(
        ErrorId.KindNotFound,
        $"The cluster does not serve {manifest.Id.Kind} in {manifest.ApiVersion}, which {manifest.Id} needs; choose a release for this cluster's Kubernetes with -Version, or leave the component out with -ExcludeComponent {manifest.Component}.",
        manifest.Id.ToString());
}
