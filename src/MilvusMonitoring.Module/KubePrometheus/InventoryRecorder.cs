using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Records in the cluster what an installation intends before its first object, and what it did at its end, however it ends.</summary>
internal sealed class InventoryRecorder(ClusterClient client, StackPlan plan)
{
    /// <summary>Ctrl+C returns within 2 s: recording may take most of it.</summary>
    private static readonly TimeSpan AfterStop = TimeSpan.FromMilliseconds(1500);

    /// <summary>Whether the intent was recorded.</summary>
    public bool HasIntent { get; private set; }

    /// <summary>Records every object of the plan, so that a process that is killed leaves nothing behind that nobody knows of.</summary>
    public async Task SaveIntentAsync(CancellationToken cancellationToken)
    {
        await InventoryStore.SaveAsync(client, Inventory([.. plan.Resources.Select(Intended)]), cancellationToken).ConfigureAwait(false);
        HasIntent = true;
    }

    /// <summary>Records what was done.</summary>
    /// <param name="results">What became of the objects that were reached.</param>
    /// <param name="failure">What ended the installation early; null where nothing did.</param>
    /// <param name="cancellationToken">The user's stop, which shortens the recording but does not prevent it.</param>
    /// <returns>The first failure: the one that was given, or why nothing could be recorded; null where all went well.</returns>
    public async Task<MonitoringException?> SaveResultAsync(
        IReadOnlyDictionary<ResourceId, AppliedResource> results, MonitoringException? failure, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource();
        using var stop = cancellationToken.Register(() => limit.CancelAfter(AfterStop));
        if (failure is not null && ClusterFailure.IsOfTheWholeCluster(failure))
        {
            // A server that has just been lost is not waited for once more; the intent is recorded already.
            limit.CancelAfter(AfterStop);
        }

        try
        {
            var entries = plan.Resources.Select(planned => results.TryGetValue(planned.Id, out var result) ? Done(result) : Intended(planned));
            await InventoryStore.SaveAsync(client, Inventory([.. entries]), limit.Token).ConfigureAwait(false);
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

    private Inventory Inventory(IReadOnlyList<InventoryEntry?> entries) => new()
    {
        Namespace = plan.Namespace,
        Release = plan.Manifests.Release?.Version,
        Source = plan.Manifests.Source,
        ManifestDigest = plan.Resources.Zip(entries, IsAsInManifests).All(isSo => isSo) ? plan.Manifests.Digest : null,
        AppliedAt = DateTimeOffset.UtcNow,
        Entries = [.. entries.OfType<InventoryEntry>()],
    };

    /// <summary>Whether an object is as the manifests have it: only when all are, the inventory may say that these manifests are applied.</summary>
    private static bool IsAsInManifests(PlannedResource planned, InventoryEntry? entry) =>
        planned.ManifestHash is null || (entry is not null && (entry.LeftAlone is not null || entry.ManifestHash == planned.ManifestHash));

    private static InventoryEntry? Intended(PlannedResource planned) => planned.Type is not { } type ? null : planned.Entry ?? new InventoryEntry
    {
        Group = planned.Id.Group,
        Version = planned.Version,
        Kind = planned.Id.Kind,
        Plural = type.Plural,
        Namespace = planned.Id.Namespace,
        Name = planned.Id.Name,
        Component = planned.Component,
    };

    private static InventoryEntry? Done(AppliedResource result)
    {
        var entry = Intended(result.Planned);
        return result switch
        {
            { Action: ResourceAction.Skipped, Planned.Action: ResourceAction.Skipped } when result.Planned.Manifest is not null =>
                entry! with { LeftAlone = result.Message, Uid = result.Live?.Uid },
            { Succeeded: true, Live: { } live } => entry! with { LeftAlone = null } is var own && result.Planned.ManifestHash is { } hash ? own.With(live, hash) : entry,
            _ => entry,
        };
    }
}
