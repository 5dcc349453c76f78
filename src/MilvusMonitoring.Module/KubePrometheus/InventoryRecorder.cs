using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Records in the cluster what an installation intends before its first object, and what it did at its end, however it ends.
/// </summary>
internal sealed class InventoryRecorder(ClusterClient client, InstallPlan plan, int throttleLimit)
{
    /// <summary>Ctrl+C returns within 2 s: recording may take most of it.</summary>
    private static readonly TimeSpan AfterStop = TimeSpan.FromMilliseconds(1500);

    // With its namespace the record goes too.
    private Inventory? _recorded = plan.Resources.Any(resource => resource.IsChange && resource.Id is { Group: "", Kind: "Namespace" })
        ? null
        : plan.Inventory;

    /// <summary>Whether the intent is recorded.</summary>
    public bool HasIntent { get; private set; }

    /// <summary>Records every object of the plan, so that a process that is killed leaves nothing behind that nobody knows of.</summary>
    public async Task SaveIntentAsync(CancellationToken cancellationToken)
    {
        await SaveAsync(Inventory([.. plan.Resources.Select(Intended)]), cancellationToken).ConfigureAwait(false);
        HasIntent = true;
    }

    /// <summary>Records what was done; where the record says so already, no write is sent.</summary>
    /// <param name="results">What became of the objects that were reached.</param>
    /// <param name="failure">What ended the installation early; null where nothing did.</param>
    /// <param name="cancellationToken">The user's stop, which shortens the recording but does not prevent it.</param>
    /// <returns>The first failure: the one that was given, or why nothing could be recorded; null where all went well.</returns>
    public async Task<MonitoringException?> SaveResultAsync(
        IReadOnlyDictionary<ResourceId, ResourceResult> results, MonitoringException? failure, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource();
        using var stop = cancellationToken.Register(() => limit.CancelAfter(AfterStop));
        if (failure is not null && ClusterFailure.AffectsEveryRequest(failure))
        {
            // A server that has just been lost is not waited for once more; the intent is recorded already.
            limit.CancelAfter(AfterStop);
        }

        try
        {
            var neverMade =
                failure is null && !cancellationToken.IsCancellationRequested
                    ? await NeverMadeAsync(results, limit.Token).ConfigureAwait(false)
                    : new HashSet<ResourceId>();
            var entries = plan.Resources.Select(planned =>
                neverMade.Contains(planned.Id) ? null : results.TryGetValue(planned.Id, out var result) ? Done(result) : Intended(planned));
            await SaveAsync(Inventory([.. entries]), limit.Token).ConfigureAwait(false);
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
    }

    /// <summary>
    /// The objects that were refused, or not tried, and are not there. A refusal alone does not say so: a try before it may have been
    /// carried out and its answer lost.
    /// Of one that the server failed on even that is no proof, since it may still be at it: it stays an intent, which the next plan looks
    /// into.
    /// </summary>
    private async Task<IReadOnlySet<ResourceId>> NeverMadeAsync(
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
            var there = await MetadataSnapshot.ReadAsync(client, refused, throttleLimit, cancellationToken).ConfigureAwait(false);
            return refused.Select(item => item.Id).Where(id => !there.ContainsKey(id)).ToHashSet();
        }
        catch (MonitoringException)
        {
            // What cannot be looked at stays an intent; the rest of the record must not wait for it.
            return new HashSet<ResourceId>();
        }
    }

    private Inventory Inventory(IReadOnlyList<InventoryEntry?> entries) => new()
    {
        Namespace = plan.Namespace,
        Release = plan.Manifests.Release?.Version,
        Source = plan.Manifests.Source,
        ManifestDigest = plan.Resources.Zip(entries, IsAsInManifests).All(isSo => isSo) ? plan.Manifests.Digest : null,
        AppliedAt = DateTimeOffset.UtcNow,
        Entries = [.. entries.OfType<InventoryEntry>()],
    };

    /// <summary>
    /// Whether an object is as the manifests have it: only when all are, the inventory may say that these manifests are applied.
    /// </summary>
    private static bool IsAsInManifests(PlannedResource planned, InventoryEntry? entry) =>
        planned.ManifestHash is null || (entry is not null && (entry.LeftAlone is not null || entry.ManifestHash == planned.ManifestHash));

    private static InventoryEntry? Intended(PlannedResource planned)
    {
        if (planned.Type is not { } type)
        {
            return null;
        }

        var entry = planned.Entry ?? NewEntry(planned, type);
        return planned.Manifest is { File: var file } ? entry with { File = file } : entry;
    }

    private static InventoryEntry NewEntry(PlannedResource planned, ResourceType type) => new()
    {
        Group = planned.Id.Group,
        Version = planned.Version,
        Kind = planned.Id.Kind,
        Plural = type.Plural,
        Namespace = planned.Id.Namespace,
        Name = planned.Id.Name,
        Component = planned.Component,
    };

    private static InventoryEntry? Done(ResourceResult result)
    {
        var entry = Intended(result.Planned);
        return result switch
        {
            { Planned: { Action: ResourceAction.Unchanged, Entry: { } recorded }, Live: { } live } when Drift.IsAsApplied(recorded, live) =>
                entry,
            { Action: ResourceAction.Skipped, Planned.Action: ResourceAction.Skipped } when result.Planned.Manifest is not null =>
                entry! with
                {
                    LeftAlone = result.Message,
                    Uid = result.Live?.Uid,
                },
            { Succeeded: true, Live: { } live } => entry! with { LeftAlone = null } is var own && result.Planned.ManifestHash is { } hash
                ? own.With(live, hash)
                : entry,
            _ => entry,
        };
    }
}
