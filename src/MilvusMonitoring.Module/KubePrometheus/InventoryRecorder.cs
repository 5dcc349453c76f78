using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Records an installation in the cluster: the intent before the first object, and the result at the end, also after a failure or a stop.
/// </summary>
internal sealed class InventoryRecorder(ClusterClient client, InstallPlan plan, int throttleLimit)
{
    /// <summary>Ctrl+C returns within 2 s. Recording may take most of that time.</summary>
    private static readonly TimeSpan AfterStop = TimeSpan.FromMilliseconds(1500);

    // If the namespace is created again, the inventory in it is gone.
    private Inventory? _recorded = plan.Resources.Any(resource => resource is { IsChange: true, Id.IsNamespace: true })
        ? null
        : plan.Inventory;

    /// <summary>Whether the intent is recorded.</summary>
    public bool HasIntent { get; private set; }

    /// <summary>Records every object of the plan, so that a killed process leaves no object that the inventory lacks.</summary>
    public async Task SaveIntentAsync(CancellationToken cancellationToken)
    {
        await SaveAsync(CreateInventory([.. plan.Resources.Select(CreateIntent)]), cancellationToken).ConfigureAwait(false);
        HasIntent = true;
    }

    /// <summary>Records what was done. Sends no write if the inventory in the cluster already says the same.</summary>
    /// <param name="results">The results of the objects that were reached.</param>
    /// <param name="failure">The failure that ended the installation early; null if nothing did.</param>
    /// <param name="cancellationToken">The user's stop, which shortens the recording but does not prevent it.</param>
    /// <returns><paramref name="failure"/>, or else the reason why the recording failed; null if all succeeded.</returns>
    public async Task<MonitoringException?> SaveResultAsync(
        IReadOnlyDictionary<ResourceId, ResourceResult> results, MonitoringException? failure, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource();
        using var stop = cancellationToken.Register(() => limit.CancelAfter(AfterStop));
        if (failure is not null && ClusterFailure.AffectsEveryRequest(failure))
        {
            // The server is lost: a second long wait for it is of no use. The intent is recorded already.
            limit.CancelAfter(AfterStop);
        }

        try
        {
            var missing =
                failure is null && !cancellationToken.IsCancellationRequested
                    ? await ListMissingAsync(results, limit.Token).ConfigureAwait(false)
                    : new HashSet<ResourceId>();
            var entries = plan.Resources.Select(planned => missing.Contains(planned.Id) ? null : CreateEntry(planned, results));
            await SaveAsync(CreateInventory([.. entries]), limit.Token).ConfigureAwait(false);
            return failure;
        }
        catch (MonitoringException exception)
        {
            return failure ?? exception;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return failure;
        }
    }

    private async Task SaveAsync(Inventory inventory, CancellationToken cancellationToken)
    {
        if (!inventory.SaysTheSameAs(_recorded))
        {
            await InventoryStore.SaveAsync(client, inventory, cancellationToken).ConfigureAwait(false);
            _recorded = inventory;
        }

        StackReading.Expect(client, inventory);
    }

    /// <summary>
    /// Lists the objects that were refused or not tried, and that do not exist. A refusal alone proves nothing: an earlier try may have
    /// succeeded while its response was lost. After a server error even a missing object proves nothing: the server may still create it.
    /// Such an object stays an intent, which the next plan examines.
    /// </summary>
    private async Task<IReadOnlySet<ResourceId>> ListMissingAsync(
        IReadOnlyDictionary<ResourceId, ResourceResult> results,
        CancellationToken cancellationToken)
    {
        var refused = results
            .Values.Where(result =>
                !result.Succeeded
                && result is { Live: null, Planned: { IsChange: true, Live: null, Type: not null, Entry: null or { Uid: null } } })
            .Where(result => result.Error is null || !ClusterFailure.IsServerFault(result.Error))
            .Select(result => (result.Planned.Id, result.Planned.Type!))
            .ToList();
        try
        {
            var live = await MetadataSnapshot.ReadAsync(client, refused, throttleLimit, cancellationToken).ConfigureAwait(false);
            return refused.Select(item => item.Id).Where(id => !live.ContainsKey(id)).ToHashSet();
        }
        catch (MonitoringException)
        {
            // An object that cannot be read stays an intent. The rest of the inventory is recorded all the same.
            return new HashSet<ResourceId>();
        }
    }

    private Inventory CreateInventory(IReadOnlyList<InventoryEntry?> entries) => new()
    {
        Namespace = plan.Namespace,
        Release = plan.Manifests.Release?.Version,
        Source = plan.Manifests.Source,
        ManifestDigest = plan.Resources.Zip(entries, IsAsInManifests).All(isEqual => isEqual) ? plan.Manifests.Digest : null,
        AppliedAt = DateTimeOffset.UtcNow,
        Entries = [.. entries.OfType<InventoryEntry>()],
    };

    /// <summary>
    /// Whether an object is as its manifest says. The inventory may record the digest of the manifests only if this holds for every object.
    /// </summary>
    private static bool IsAsInManifests(PlannedResource planned, InventoryEntry? entry) =>
        planned.ManifestHash is null || (entry is not null && (entry.LeftAlone is not null || entry.ManifestHash == planned.ManifestHash));

    private static InventoryEntry? CreateEntry(PlannedResource planned, IReadOnlyDictionary<ResourceId, ResourceResult> results) =>
        results.TryGetValue(planned.Id, out var result) ? CreateEntry(result) : CreateIntent(planned);

    private static InventoryEntry? CreateIntent(PlannedResource planned)
    {
        if (planned.Type is not { } type)
        {
            return null;
        }

        var entry = planned.Entry ?? CreateEntry(planned, type);
        if (planned.Action == ResourceAction.Created)
        {
            // The object will have another UID. A record of the old one would make a stranger of it if this run is killed.
            entry = entry with { Uid = null, ResourceVersion = null, OwnedFields = null, OwnedAt = null };
        }

        return planned.Manifest is { File: var file } ? entry with { File = file } : entry;
    }

    private static InventoryEntry CreateEntry(PlannedResource planned, ResourceType type) => new()
    {
        Group = planned.Id.Group,
        Version = planned.Version,
        Kind = planned.Id.Kind,
        Plural = type.Plural,
        Namespace = planned.Id.Namespace,
        Name = planned.Id.Name,
        Component = planned.Component,
    };

    private static InventoryEntry? CreateEntry(ResourceResult result)
    {
        var entry = CreateIntent(result.Planned);
        return result switch
        {
            { Planned: { Action: ResourceAction.Unchanged, Entry: { } recorded }, Live: { } live } when Drift.IsAsApplied(recorded, live) =>
                entry,
            { Action: ResourceAction.Skipped, Planned: { Action: ResourceAction.Skipped, Manifest: not null } } =>
                entry! with { LeftAlone = result.Message, Uid = result.Live?.Uid },
            { Succeeded: true, Live: { } live, Planned.ManifestHash: { } hash } => (entry! with { LeftAlone = null }).With(live, hash),
            _ => entry,
        };
    }
}
