using System.Collections.Concurrent;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>How to execute a plan.</summary>
/// <param name="ForceConflicts">Whether to take fields over from other field managers.</param>
/// <param name="ThrottleLimit">How many requests may run at once.</param>
internal sealed record InstallOptions(bool ForceConflicts, int ThrottleLimit)
{
    /// <summary>Whether to install beside another monitoring that is in the way.</summary>
    public bool AllowOtherOperator { get; init; }
}

/// <summary>
/// Executes a plan in stages. Namespaces come first. CRDs follow, and, while they become established, everything that needs no CRD.
/// Each custom resource follows as soon as its own CRD is established. Workloads that read custom resources, such as the operator, come
/// last, when discovery serves every kind.
/// </summary>
internal sealed class InstallExecutor(ClusterClient client, IActivitySink sink, InstallOptions options)
{
    private readonly ConcurrentDictionary<ResourceId, ResourceResult> _results = new();
    private readonly ServerFailures _failures = new();

    /// <param name="deadline">Until when to wait for namespaces and CRDs.</param>
    /// <param name="cancellationToken">Stops the installation. The inventory records what was done by then.</param>
    public async Task<ExecutionResult> ExecuteAsync(InstallPlan plan, Deadline deadline, CancellationToken cancellationToken)
    {
        var progress = new OperationProgress(
            sink,
            $"Installing kube-prometheus {plan.Manifests.Release?.Version ?? "from " + plan.Manifests.Source}",
            plan.Resources.Count);
        var applier = new ObjectApplier(client, progress, options.ForceConflicts);
        foreach (var settled in plan.Resources.Where(resource => !resource.IsChange))
        {
            Record(progress, ResourceResult.Settled(settled));
        }

        MonitoringException? failure = null;
        var recorder = new InventoryRecorder(client, plan, options.ThrottleLimit);
        if (plan.Changes == 0)
        {
            if (plan.Inventory is not null)
            {
                failure = await recorder.SaveResultAsync(_results, null, cancellationToken).ConfigureAwait(false);
            }

            return ExecutionResult.Complete(plan.Resources, _results, failure);
        }
        try
        {
            await ApplyNamespacesAsync(plan, applier, progress, deadline, cancellationToken).ConfigureAwait(false);
            using (progress.Start("inventory"))
            {
                await recorder.SaveIntentAsync(cancellationToken).ConfigureAwait(false);
            }

            await ApplyContentAsync(plan, applier, progress, deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception)
        {
            failure = exception;
        }
        finally
        {
            if (recorder.HasIntent)
            {
                using var phase = progress.Start("result to the inventory");
                failure = await recorder.SaveResultAsync(_results, failure, cancellationToken).ConfigureAwait(false);
            }
        }

        return ExecutionResult.Complete(plan.Resources, _results, failure);
    }

    private async Task ApplyNamespacesAsync(
        InstallPlan plan,
        ObjectApplier applier,
        OperationProgress progress,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        using var phase = progress.Start("namespaces");
        foreach (var planned in plan.Resources.Where(resource => resource.IsChange && resource.Id.IsNamespace))
        {
            if (planned.Live is { DeletionTimestamp: not null } terminating)
            {
                progress.Waiting($"{planned.Id} to finish terminating");
                var blocker = await DeletionWait
                    .UntilGoneAsync(client, planned.Type!, planned.Id, terminating.Uid, deadline, progress.Waiting, cancellationToken)
                    .ConfigureAwait(false);
                if (blocker is not null)
                {
                    throw new MonitoringException(
                        ErrorId.NamespaceTerminating,
                        $"{planned.Id} is still terminating after {deadline.Limit.TotalSeconds:0} s: {blocker}",
                        "remove what blocks the deletion, and run the command again",
                        planned.Id.ToString());
                }
            }

            var applied = Record(progress, await applier.ApplyAsync(planned, deadline, cancellationToken).ConfigureAwait(false));
            if (!applied.Succeeded)
            {
                throw applied.Error!;
            }
        }
    }

    private async Task ApplyContentAsync(
        InstallPlan plan,
        ObjectApplier applier,
        OperationProgress progress,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        using var throttle = new SemaphoreSlim(options.ThrottleLimit);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = plan.Resources.Where(resource => resource.IsChange && !resource.Id.IsNamespace).ToList();
        var crds = changes.Where(resource => resource.Id.IsCrd).ToList();
        var crdByKind = new Dictionary<(string Group, string Kind), Task<ResourceResult>>();
        var (sent, established) = (new List<Task<ResourceResult>>(), new List<Task<ResourceResult>>());
        foreach (var crd in crds.OrderByDescending(resource => resource.Manifest!.Length))
        {
            sent.Add(ThrottleAsync(throttle, () => applier.ApplyAsync(crd, deadline, abort.Token), abort.Token));
            established.Add(EstablishAsync(crd, sent[^1]));
            foreach (var type in crd.Manifest!.Defines)
            {
                crdByKind[(type.Group, type.Kind)] = established[^1];
            }
        }

        // The server can authorise a binding only once its role exists.
        var roles = changes.Where(resource => resource.Id.IsRole).Select(ApplyThrottledAsync).ToList();
        var discovery = new Lazy<Task<MonitoringException?>>(() =>
            DiscoverAsync([.. crds.SelectMany(crd => crd.Manifest!.Defines)]));
        var readers = crdByKind.Count > 0 ? plan.ListReaders() : new HashSet<ResourceId>();
        var rest = changes
            .Where(resource => !resource.Id.IsCrd && !resource.Id.IsRole && !resource.Id.IsRoleBinding)
            .ToLookup(FindNeed);
        List<Task> others =
        [
            .. roles,
            .. changes.Where(resource => resource.Id.IsRoleBinding).Select(ApplyBindingAsync),
            .. rest[Need.None].Select(ApplyThrottledAsync),
        ];
        List<Task> custom =
        [
            .. rest[Need.Crd].Select(resource => ApplyCustomResourceAsync(resource, crdByKind[(resource.Id.Group, resource.Id.Kind)])),
        ];
        List<Task> reading = [.. rest[Need.Discovery].Select(ApplyReaderAsync)];
        var phases = Task.WhenAll(
            progress.StartAsync("CRDs", sent),
            progress.StartAsync("CRDs established", established),
            progress.StartAsync("others", others),
            progress.StartAsync("custom resources", custom),
            progress.StartAsync("workloads that read custom resources", reading));
        try
        {
            await CompleteAllAsync([.. established, .. others, .. custom, .. reading], abort, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await phases.ConfigureAwait(false);
        }

        Need FindNeed(PlannedResource resource)
        {
            if (crdByKind.ContainsKey((resource.Id.Group, resource.Id.Kind)))
            {
                return Need.Crd;
            }

            return readers.Contains(resource.Id) || resource.Restarts ? Need.Discovery : Need.None;
        }

        async Task<ResourceResult> EstablishAsync(PlannedResource planned, Task<ResourceResult> sending)
        {
            var applied = await sending.ConfigureAwait(false);
            if (applied.Succeeded)
            {
                try
                {
                    await CrdWait.WaitUntilEstablishedAsync(client, planned.Id, deadline, abort.Token).ConfigureAwait(false);
                }
                catch (MonitoringException exception) when (exception.ErrorId == ErrorId.DefinitionNotEstablished)
                {
                    applied = applied with { Action = ResourceAction.Failed, Error = exception };
                }
            }

            return Record(progress, applied);
        }

        async Task ApplyCustomResourceAsync(PlannedResource planned, Task<ResourceResult> establishing)
        {
            var crd = await establishing.ConfigureAwait(false);
            var result = crd.Succeeded
                ? await ThrottleAsync(throttle, () => applier.ApplyNewKindAsync(planned, deadline, abort.Token), abort.Token)
                    .ConfigureAwait(false)
                : Skip(planned, crd);
            Record(progress, result);
        }

        async Task ApplyReaderAsync(PlannedResource planned)
        {
            var results = await Task.WhenAll(crdByKind.Values).ConfigureAwait(false);
            if (results.FirstOrDefault(crd => !crd.Succeeded) is { } failed)
            {
                Record(progress, Skip(planned, failed));
            }
            else if (await discovery.Value.ConfigureAwait(false) is { } late)
            {
                Record(progress, new ResourceResult { Planned = planned, Action = ResourceAction.Failed, Error = late });
            }
            else
            {
                var result = await ThrottleAsync(
                    throttle,
                    () => ApplyAndRestartAsync(applier, planned, deadline, abort.Token),
                    abort.Token).ConfigureAwait(false);
                Record(progress, result);
            }
        }

        async Task<MonitoringException?> DiscoverAsync(IReadOnlyList<ResourceType> kinds)
        {
            using var phase = progress.Start("discovery");
            return await DiscoveryWait.WaitAsync(client, kinds, deadline, abort.Token).ConfigureAwait(false);
        }

        async Task ApplyBindingAsync(PlannedResource planned)
        {
            await Task.WhenAll(roles).ConfigureAwait(false);
            await ApplyThrottledAsync(planned).ConfigureAwait(false);
        }

        async Task ApplyThrottledAsync(PlannedResource planned)
        {
            var result = await ThrottleAsync(throttle, () => applier.ApplyAsync(planned, deadline, abort.Token), abort.Token)
                .ConfigureAwait(false);
            Record(progress, result);
        }
    }

    /// <summary>Restarts the rollout only if the apply itself has not started a new rollout.</summary>
    private static async Task<ResourceResult> ApplyAndRestartAsync(
        ObjectApplier applier,
        PlannedResource planned,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        var applied = planned.Manifest is null
            ? null
            : await applier.ApplyAsync(planned, deadline, cancellationToken).ConfigureAwait(false);
        return planned.Restarts && (applied is null || (applied.Succeeded && applied.Live?.Generation == planned.Live?.Generation))
            ? await applier.RestartAsync(planned, cancellationToken).ConfigureAwait(false)
            : applied!;
    }

    private static ResourceResult Skip(PlannedResource planned, ResourceResult crd) =>
        new() { Planned = planned, Action = ResourceAction.Skipped, Message = $"not applied, because {crd.Planned.Id} failed" };

    /// <summary>Waits for all tasks. The first exception stops the others, and is thrown.</summary>
    private static async Task CompleteAllAsync(List<Task> work, CancellationTokenSource abort, CancellationToken cancellationToken)
    {
        MonitoringException? failure = null;
        while (work.Count > 0)
        {
            var finished = await Task.WhenAny(work).ConfigureAwait(false);
            work.Remove(finished);
            try
            {
                await finished.ConfigureAwait(false);
            }
            catch (MonitoringException exception)
            {
                failure ??= exception;
                await abort.CancelAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (abort.IsCancellationRequested)
            {
                // The failure above or the user has stopped this task. Either is thrown below.
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (failure is not null)
        {
            throw failure;
        }
    }

    private static async Task<ResourceResult> ThrottleAsync(
        SemaphoreSlim throttle,
        Func<Task<ResourceResult>> apply,
        CancellationToken cancellationToken)
    {
        await throttle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await apply().ConfigureAwait(false);
        }
        finally
        {
            throttle.Release();
        }
    }

    private ResourceResult Record(OperationProgress progress, ResourceResult result)
    {
        _results[result.Planned.Id] = progress.Done(result);
        _failures.ThrowIfTooMany(result.Error);
        return result;
    }

    /// <summary>What an object waits for before it is applied.</summary>
    private enum Need
    {
        None,

        /// <summary>The CRD of its own kind.</summary>
        Crd,

        /// <summary>Every kind in discovery.</summary>
        Discovery,
    }
}
