using System.Collections.Concurrent;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>How to carry out a plan.</summary>
/// <param name="ForceConflicts">Whether to take fields over from other field managers.</param>
/// <param name="ThrottleLimit">How many requests at once.</param>
internal sealed record InstallOptions(bool ForceConflicts, int ThrottleLimit);

/// <summary>
/// Carries out a plan in stages: namespaces; then definitions and, while those become established, everything that needs none of them;
/// each custom resource as soon as its own definition is there; workloads that read custom resources, the operator first of all, when discovery serves every kind.
/// </summary>
internal sealed class StackInstaller(ClusterClient client, IActivitySink sink, InstallOptions options)
{
    private readonly ObjectApplier _applier = new(client, options.ForceConflicts);
    private readonly ConcurrentDictionary<ResourceId, AppliedResource> _results = new();
    private readonly ServerFailures _failures = new();

    /// <summary>Carries the plan out.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="deadline">Until when to wait for namespaces and definitions.</param>
    /// <param name="cancellationToken">Stops the installation; what was done by then is recorded all the same.</param>
    /// <returns>What became of each object, in the order of the plan, and the failure that ended it early, if one did.</returns>
    public async Task<InstallOutcome> RunAsync(StackPlan plan, Deadline deadline, CancellationToken cancellationToken)
    {
        var progress = new StackProgress(sink, $"Installing kube-prometheus {plan.Manifests.Release?.Version ?? "from " + plan.Manifests.Source}", plan.Resources.Count);
        foreach (var settled in plan.Resources.Where(resource => !resource.IsChange))
        {
            Note(progress, new AppliedResource { Planned = settled, Action = settled.Action, Live = settled.Live, Message = settled.Message, Error = settled.Error });
        }

        var recorder = new InventoryRecorder(client, plan, options.ThrottleLimit);
        if (plan.Changes == 0)
        {
            return Outcome(plan, plan.Inventory is null ? null : await recorder.SaveResultAsync(_results, null, cancellationToken).ConfigureAwait(false));
        }

        MonitoringException? failure = null;
        try
        {
            await ApplyNamespacesAsync(plan, progress, deadline, cancellationToken).ConfigureAwait(false);
            await recorder.SaveIntentAsync(cancellationToken).ConfigureAwait(false);
            await ApplyOthersAsync(plan, progress, deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception)
        {
            failure = exception;
        }
        finally
        {
            if (recorder.HasIntent)
            {
                failure = await recorder.SaveResultAsync(_results, failure, cancellationToken).ConfigureAwait(false);
            }
        }

        return Outcome(plan, failure);
    }

    private InstallOutcome Outcome(StackPlan plan, MonitoringException? failure) => new(
        [.. plan.Resources.Select(planned => _results.TryGetValue(planned.Id, out var result)
            ? result
            : new AppliedResource { Planned = planned, Action = ResourceAction.Skipped, Message = "not reached; run the command again to go on" })],
        failure);

    private async Task ApplyNamespacesAsync(StackPlan plan, StackProgress progress, Deadline deadline, CancellationToken cancellationToken)
    {
        foreach (var planned in plan.Resources.Where(resource => resource.IsChange && IsNamespace(resource)))
        {
            if (planned.Live is { DeletionTimestamp: not null } ending)
            {
                progress.Waiting($"{planned.Id} to finish terminating");
                if (await EndingWait.UntilGoneAsync(client, planned.Type!, planned.Id, ending.Uid, deadline, cancellationToken).ConfigureAwait(false) is { } why)
                {
                    throw new MonitoringException(
                        ErrorId.NamespaceTerminating,
                        $"{planned.Id} is still terminating after {deadline.Limit.TotalSeconds:0} s: {why}; remove what holds it, and run the command again.",
                        planned.Id.ToString());
                }
            }

            var applied = Note(progress, await _applier.ApplyAsync(planned, deadline, cancellationToken).ConfigureAwait(false));
            if (!applied.Succeeded)
            {
                throw applied.Error!;
            }
        }
    }

    private async Task ApplyOthersAsync(StackPlan plan, StackProgress progress, Deadline deadline, CancellationToken cancellationToken)
    {
        using var throttle = new SemaphoreSlim(options.ThrottleLimit);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = plan.Resources.Where(resource => resource.IsChange && !IsNamespace(resource)).ToList();
        var definitions = new Dictionary<(string Group, string Kind), Task<AppliedResource>>();
        var work = new List<Task>();
        foreach (var definition in changes.Where(IsDefinition).OrderByDescending(resource => resource.Manifest!.Length))
        {
            var task = ApplyDefinitionAsync(definition);
            work.Add(task);
            foreach (var type in definition.Manifest!.Defines)
            {
                definitions[(type.Group, type.Kind)] = task;
            }
        }

        // To whom a role's rules may be given, the server can only tell when the role is there.
        var roles = changes.Where(IsRole).Select(ApplyThrottledAsync).ToList();
        work.AddRange(roles);
        work.AddRange(changes.Where(IsBinding).Select(ApplyBindingAsync));
        var discovery = new Lazy<Task<MonitoringException?>>(() => DiscoverAsync([.. changes.Where(IsDefinition).SelectMany(definition => definition.Manifest!.Defines)]));
        var readers = definitions.Count > 0 ? plan.FindReaders() : new HashSet<ResourceId>();
        work.AddRange(changes
            .Where(resource => !IsDefinition(resource) && !IsRole(resource) && !IsBinding(resource))
            .Select(resource => definitions.TryGetValue((resource.Id.Group, resource.Id.Kind), out var definition) ? ApplyCustomResourceAsync(resource, definition)
                : readers.Contains(resource.Id) || resource.Restarts ? ApplyReaderAsync(resource)
                : ApplyThrottledAsync(resource)));
        await AllAsync(work, abort, cancellationToken).ConfigureAwait(false);

        async Task<AppliedResource> ApplyDefinitionAsync(PlannedResource planned)
        {
            var applied = await ThrottledAsync(throttle, () => _applier.ApplyAsync(planned, deadline, abort.Token), abort.Token).ConfigureAwait(false);
            if (applied.Succeeded)
            {
                try
                {
                    await DefinitionWait.WaitAsync(client, planned.Id, deadline, abort.Token).ConfigureAwait(false);
                }
                catch (MonitoringException exception) when (exception.ErrorId == ErrorId.DefinitionNotEstablished)
                {
                    applied = applied with { Action = ResourceAction.Failed, Error = exception };
                }
            }

            return Note(progress, applied);
        }

        async Task ApplyCustomResourceAsync(PlannedResource planned, Task<AppliedResource> definition)
        {
            var defined = await definition.ConfigureAwait(false);
            Note(progress, defined.Succeeded
                ? await ThrottledAsync(throttle, () => _applier.ApplyNewKindAsync(planned, deadline, abort.Token), abort.Token).ConfigureAwait(false)
                : Skipped(planned, defined));
        }

        async Task ApplyReaderAsync(PlannedResource planned)
        {
            var defined = await Task.WhenAll(definitions.Values).ConfigureAwait(false);
            if (defined.FirstOrDefault(definition => !definition.Succeeded) is { } failed)
            {
                Note(progress, Skipped(planned, failed));
            }
            else if (await discovery.Value.ConfigureAwait(false) is { } late)
            {
                Note(progress, new AppliedResource { Planned = planned, Action = ResourceAction.Failed, Error = late });
            }
            else
            {
                Note(progress, await ThrottledAsync(throttle, () => ApplyAndRestartAsync(planned, deadline, abort.Token), abort.Token).ConfigureAwait(false));
            }
        }

        async Task<MonitoringException?> DiscoverAsync(IReadOnlyList<ResourceType> kinds)
        {
            progress.Waiting("discovery to show the new kinds");
            return await DiscoveryWait.WaitAsync(client, kinds, deadline, abort.Token).ConfigureAwait(false);
        }

        async Task ApplyBindingAsync(PlannedResource planned)
        {
            await Task.WhenAll(roles).ConfigureAwait(false);
            await ApplyThrottledAsync(planned).ConfigureAwait(false);
        }

        async Task ApplyThrottledAsync(PlannedResource planned) =>
            Note(progress, await ThrottledAsync(throttle, () => _applier.ApplyAsync(planned, deadline, abort.Token), abort.Token).ConfigureAwait(false));
    }

    /// <summary>Restarts only what the apply itself has not given a new rollout.</summary>
    private async Task<AppliedResource> ApplyAndRestartAsync(PlannedResource planned, Deadline deadline, CancellationToken cancellationToken)
    {
        var applied = planned.Manifest is null ? null : await _applier.ApplyAsync(planned, deadline, cancellationToken).ConfigureAwait(false);
        return planned.Restarts && (applied is null || (applied.Succeeded && applied.Live?.Generation == planned.Live?.Generation))
            ? await _applier.RestartAsync(planned, cancellationToken).ConfigureAwait(false)
            : applied!;
    }

    private static AppliedResource Skipped(PlannedResource planned, AppliedResource definition) =>
        new() { Planned = planned, Action = ResourceAction.Skipped, Message = $"not applied, because {definition.Planned.Id} failed" };

    /// <summary>Waits for all; the first failure of the whole cluster stops the others, and is the one that is told.</summary>
    private static async Task AllAsync(List<Task> work, CancellationTokenSource abort, CancellationToken cancellationToken)
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
                // Stopped because of the failure above, or by the user: said below.
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (failure is not null)
        {
            throw failure;
        }
    }

    private static async Task<AppliedResource> ThrottledAsync(SemaphoreSlim throttle, Func<Task<AppliedResource>> apply, CancellationToken cancellationToken)
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

    private AppliedResource Note(StackProgress progress, AppliedResource resource)
    {
        _results[resource.Planned.Id] = progress.Done(resource);
        _failures.ThrowWhereTooMany(resource.Error);
        return resource;
    }

    private static bool IsNamespace(PlannedResource resource) => resource.Id is { Group: "", Kind: "Namespace" };

    private static bool IsRole(PlannedResource resource) => resource.Id is { Group: "rbac.authorization.k8s.io", Kind: "ClusterRole" or "Role" };

    private static bool IsBinding(PlannedResource resource) => resource.Id is { Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding" or "RoleBinding" };

    private static bool IsDefinition(PlannedResource resource) => resource.Id is { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" };
}
