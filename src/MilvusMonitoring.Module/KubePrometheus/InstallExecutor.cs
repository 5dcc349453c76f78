using System.Collections.Concurrent;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>How to carry out a plan.</summary>
/// <param name="ForceConflicts">Whether to take fields over from other field managers.</param>
/// <param name="ThrottleLimit">How many requests at once.</param>
internal sealed record InstallOptions(bool ForceConflicts, int ThrottleLimit);

/// <summary>
/// Carries out a plan in stages: namespaces; then definitions and, while those become established, everything that needs none of them;
/// each custom resource as soon as its own definition is there; workloads that read custom resources, the operator first of all,
/// when discovery serves every kind.
/// </summary>
internal sealed class InstallExecutor(ClusterClient client, IActivitySink sink, InstallOptions options)
{
    private readonly ConcurrentDictionary<ResourceId, ResourceResult> _results = new();
    private readonly ServerFailures _failures = new();

    /// <summary>Carries the plan out.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="deadline">Until when to wait for namespaces and definitions.</param>
    /// <param name="cancellationToken">Stops the installation; what was done by then is recorded all the same.</param>
    /// <returns>What became of each object, in the order of the plan, and the failure that ended it early, if one did.</returns>
    public async Task<ExecutionResult> RunAsync(InstallPlan plan, Deadline deadline, CancellationToken cancellationToken)
    {
        var progress = new OperationProgress(
            sink,
            $"Installing kube-prometheus {plan.Manifests.Release?.Version ?? "from " + plan.Manifests.Source}",
            plan.Resources.Count);
        var applier = new ObjectApplier(client, progress, options.ForceConflicts);
        foreach (var settled in plan.Resources.Where(resource => !resource.IsChange))
        {
            Note(
                progress,
                new ResourceResult
                {
                    Planned = settled,
                    Action = settled.Action,
                    Live = settled.Live,
                    Message = settled.Message,
                    Error = settled.Error,
                });
        }

        var recorder = new InventoryRecorder(client, plan, options.ThrottleLimit);
        if (plan.Changes == 0)
        {
            return Outcome(
                plan,
                plan.Inventory is null ? null : await recorder.SaveResultAsync(_results, null, cancellationToken).ConfigureAwait(false));
        }

        MonitoringException? failure = null;
        try
        {
            await ApplyNamespacesAsync(plan, applier, progress, deadline, cancellationToken).ConfigureAwait(false);
            using (progress.Start("inventory"))
            {
                await recorder.SaveIntentAsync(cancellationToken).ConfigureAwait(false);
            }

            await ApplyOthersAsync(plan, applier, progress, deadline, cancellationToken).ConfigureAwait(false);
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

        return Outcome(plan, failure);
    }

    private ExecutionResult Outcome(InstallPlan plan, MonitoringException? failure) =>
        new(
            [
                .. plan.Resources.Select(planned =>
                    _results.TryGetValue(planned.Id, out var result)
                        ? result
                        : new ResourceResult
                        {
                            Planned = planned,
                            Action = ResourceAction.Skipped,
                            Message = "not reached; run the command again to go on",
                        }),
            ],
            failure);

    private async Task ApplyNamespacesAsync(
        InstallPlan plan,
        ObjectApplier applier,
        OperationProgress progress,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        using var phase = progress.Start("namespaces");
        foreach (var planned in plan.Resources.Where(resource => resource.IsChange && IsNamespace(resource)))
        {
            if (planned.Live is { DeletionTimestamp: not null } ending)
            {
                progress.Waiting($"{planned.Id} to finish terminating");
                if (
                    await DeletionWait
                        .UntilGoneAsync(client, planned.Type!, planned.Id, ending.Uid, deadline, progress.Waiting, cancellationToken)
                        .ConfigureAwait(false) is
                    { } why)
                {
                    throw new MonitoringException(
                        ErrorId.NamespaceTerminating,
                        $"{planned.Id} is still terminating after {deadline.Limit.TotalSeconds:0} s: {why}",
                        "remove what holds it, and run the command again",
                        planned.Id.ToString());
                }
            }

            var applied = Note(progress, await applier.ApplyAsync(planned, deadline, cancellationToken).ConfigureAwait(false));
            if (!applied.Succeeded)
            {
                throw applied.Error!;
            }
        }
    }

    private async Task ApplyOthersAsync(
        InstallPlan plan,
        ObjectApplier applier,
        OperationProgress progress,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        using var throttle = new SemaphoreSlim(options.ThrottleLimit);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = plan.Resources.Where(resource => resource.IsChange && !IsNamespace(resource)).ToList();
        var definitions = new Dictionary<(string Group, string Kind), Task<ResourceResult>>();
        var (sent, established) = (new List<Task<ResourceResult>>(), new List<Task<ResourceResult>>());
        foreach (var definition in changes.Where(IsDefinition).OrderByDescending(resource => resource.Manifest!.Length))
        {
            sent.Add(ThrottledAsync(throttle, () => applier.ApplyAsync(definition, deadline, abort.Token), abort.Token));
            established.Add(EstablishAsync(definition, sent[^1]));
            foreach (var type in definition.Manifest!.Defines)
            {
                definitions[(type.Group, type.Kind)] = established[^1];
            }
        }

        // To whom a role's rules may be given, the server can only tell when the role is there.
        var roles = changes.Where(IsRole).Select(ApplyThrottledAsync).ToList();
        var discovery = new Lazy<Task<MonitoringException?>>(() =>
            DiscoverAsync([.. changes.Where(IsDefinition).SelectMany(definition => definition.Manifest!.Defines)]));
        var readers = definitions.Count > 0 ? plan.FindReaders() : new HashSet<ResourceId>();
        var rest = changes
            .Where(resource => !IsDefinition(resource) && !IsRole(resource) && !IsBinding(resource))
            .ToLookup(resource =>
                definitions.ContainsKey((resource.Id.Group, resource.Id.Kind)) ? Needs.ItsDefinition
                : readers.Contains(resource.Id) || resource.Restarts ? Needs.Discovery
                : Needs.Nothing);
        List<Task> others =
        [
            .. roles,
            .. changes.Where(IsBinding).Select(ApplyBindingAsync),
            .. rest[Needs.Nothing].Select(ApplyThrottledAsync),
        ];
        List<Task> custom =
        [
            .. rest[Needs.ItsDefinition]
                .Select(resource => ApplyCustomResourceAsync(resource, definitions[(resource.Id.Group, resource.Id.Kind)])),
        ];
        List<Task> reading = [.. rest[Needs.Discovery].Select(ApplyReaderAsync)];
        var phases = Task.WhenAll(
            progress.StartAsync("definitions", sent),
            progress.StartAsync("definitions established", established),
            progress.StartAsync("others", others),
            progress.StartAsync("custom resources", custom),
            progress.StartAsync("workloads that read custom resources", reading));
        try
        {
            await AllAsync([.. established, .. others, .. custom, .. reading], abort, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await phases.ConfigureAwait(false);
        }

        async Task<ResourceResult> EstablishAsync(PlannedResource planned, Task<ResourceResult> definition)
        {
            var applied = await definition.ConfigureAwait(false);
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

            return Note(progress, applied);
        }

        async Task ApplyCustomResourceAsync(PlannedResource planned, Task<ResourceResult> definition)
        {
            var defined = await definition.ConfigureAwait(false);
            Note(
                progress,
                defined.Succeeded
                    ? await ThrottledAsync(throttle, () => applier.ApplyNewKindAsync(planned, deadline, abort.Token), abort.Token)
                        .ConfigureAwait(false)
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
                Note(progress, new ResourceResult { Planned = planned, Action = ResourceAction.Failed, Error = late });
            }
            else
            {
                Note(
                    progress,
                    await ThrottledAsync(throttle, () => ApplyAndRestartAsync(applier, planned, deadline, abort.Token), abort.Token)
                        .ConfigureAwait(false));
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

        async Task ApplyThrottledAsync(PlannedResource planned) =>
            Note(
                progress,
                await ThrottledAsync(throttle, () => applier.ApplyAsync(planned, deadline, abort.Token), abort.Token).ConfigureAwait(false)
            );
    }

    /// <summary>Restarts only what the apply itself has not given a new rollout.</summary>
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

    private static ResourceResult Skipped(PlannedResource planned, ResourceResult definition) =>
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

    private static async Task<ResourceResult> ThrottledAsync(
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

    private ResourceResult Note(OperationProgress progress, ResourceResult resource)
    {
        _results[resource.Planned.Id] = progress.Done(resource);
        _failures.ThrowWhereTooMany(resource.Error);
        return resource;
    }

    private static bool IsNamespace(PlannedResource resource) => resource.Id is { Group: "", Kind: "Namespace" };

    private static bool IsRole(PlannedResource resource) =>
        resource.Id is { Group: "rbac.authorization.k8s.io", Kind: "ClusterRole" or "Role" };

    private static bool IsBinding(PlannedResource resource) =>
        resource.Id is { Group: "rbac.authorization.k8s.io", Kind: "ClusterRoleBinding" or "RoleBinding" };

    private static bool IsDefinition(PlannedResource resource) =>
        resource.Id is { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" };

    /// <summary>What has to be there before an object can go out.</summary>
    private enum Needs
    {
        Nothing,
        ItsDefinition,
        Discovery,
    }
}
