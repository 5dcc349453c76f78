using System.Collections.Concurrent;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// Carries out a removal in stages: API services first, since one without its pods breaks discovery for everybody, and with them
/// custom resources while their operator still runs; then the rest; then, at once, definitions, what the operator leaves behind,
/// and the end of the pods; the namespace last.
/// A finalizer is never stripped: a stage that is held ends the removal there, and says what holds it.
/// </summary>
internal sealed class UninstallExecutor(ClusterClient client, IActivitySink sink, bool force, int throttleLimit)
{
    private static readonly IReadOnlySet<string> NoGroups = new HashSet<string>();

    private readonly ConcurrentDictionary<ResourceId, ResourceResult> _results = new();
    private readonly ServerFailures _failures = new();

    /// <summary>Carries the plan out.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="deadline">Until when to wait for objects to be gone.</param>
    /// <param name="cancellationToken">Stops the removal.</param>
    public async Task<ExecutionResult> RunAsync(UninstallPlan plan, Deadline deadline, CancellationToken cancellationToken)
    {
        var progress = new OperationProgress(
            sink,
            $"Uninstalling kube-prometheus {plan.Release ?? "of an unknown release"}",
            plan.Resources.Count);
        foreach (var settled in plan.Resources.Where(resource => resource.Action != ResourceAction.Deleted || resource.Live is null))
        {
            Note(
                progress,
                new ResourceResult
                {
                    Planned = settled,
                    Action = settled.Action,
                    Live = settled.Live,
                    Message = settled.Message,
                });
        }

        MonitoringException? failure = null;
        try
        {
            await RunStagesAsync(plan, progress, deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (MonitoringException exception)
        {
            failure = exception;
        }

        return new ExecutionResult(
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
    }

    private async Task RunStagesAsync(
        UninstallPlan plan,
        OperationProgress progress,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        var there = plan
            .Resources.Where(resource => resource is { Action: ResourceAction.Deleted, Live: not null, Type: not null })
            .ToList();
        var groups = plan
            .Resources.Where(resource => StageOf(resource, NoGroups) == RemovalStage.Definitions)
            .Select(GroupDefinedBy)
            .Append("monitoring.coreos.com")
            .ToHashSet();
        var leftovers = new OperatorLeftovers(client);
        await leftovers.FindAsync(plan.Resources, cancellationToken).ConfigureAwait(false);
        var stages = there.ToLookup(resource => StageOf(resource, groups));
        var first = await Task.WhenAll(
            RemoveAsync("APIServices", stages[RemovalStage.ApiServices]),
            RemoveAsync("custom resources", stages[RemovalStage.CustomResources])).ConfigureAwait(false);
        if (!first.All(isDone => isDone) || !await RemoveAsync("others", stages[RemovalStage.Rest]).ConfigureAwait(false))
        {
            return;
        }

        var definitions = RemoveAsync("definitions", stages[RemovalStage.Definitions]);
        await Task.WhenAll(definitions, EndOperatorAsync(), Task.WhenAll(stages[RemovalStage.Namespaces].Select(EndPodsAsync)))
            .ConfigureAwait(false);
        if (
            !await definitions.ConfigureAwait(false)
            || !await RemoveAsync("namespace", stages[RemovalStage.Namespaces]).ConfigureAwait(false))
        {
            return;
        }

        var wentWithItsNamespace = there.Any(resource =>
            resource.Id is { Group: "", Kind: "Namespace" } id && id.Name == plan.Inventory?.Namespace);
        if (plan.Inventory is { } inventory && !wentWithItsNamespace)
        {
            await InventoryStore.RemoveAsync(client, inventory.Namespace, cancellationToken).ConfigureAwait(false);
        }

        async Task<bool> RemoveAsync(string phase, IEnumerable<PlannedResource> resources)
        {
            var all = resources.ToList();
            if (all.Count == 0)
            {
                return true;
            }

            using var timed = progress.Start(phase);
            var options = new ParallelOptions { MaxDegreeOfParallelism = throttleLimit, CancellationToken = cancellationToken };
            await Parallel
                .ForEachAsync(all, options, async (planned, token) =>
                    Note(progress, await new ObjectRemover(client, progress).RemoveAsync(planned, deadline, token).ConfigureAwait(false)))
                .ConfigureAwait(false);
            return all.TrueForAll(planned => _results[planned.Id].Action != ResourceAction.Failed);
        }

        // Also where a run before this one has deleted the operator, and came no further.
        async Task EndOperatorAsync()
        {
            using var timed = progress.Start("operator");
            await leftovers.RemoveAsync(progress, deadline, cancellationToken).ConfigureAwait(false);
        }

        async Task EndPodsAsync(PlannedResource ending)
        {
            using var timed = progress.Start("pods");
            await new TerminatingPods(client, progress)
                .WaitAsync(ending.Id.Name, !force, deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    private static RemovalStage StageOf(PlannedResource resource, IReadOnlySet<string> groups) => resource.Id switch
    {
        { Group: "apiregistration.k8s.io", Kind: "APIService" } => RemovalStage.ApiServices,
        { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" } => RemovalStage.Definitions,
        { Group: "", Kind: "Namespace" } => RemovalStage.Namespaces,
        { Group: var group } when groups.Contains(group) => RemovalStage.CustomResources,
        _ => RemovalStage.Rest,
    };

    /// <summary>A definition's name is the plural of its kind, a dot, and its group.</summary>
    private static string GroupDefinedBy(PlannedResource definition) =>
        definition.Id.Name[(definition.Id.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private void Note(OperationProgress progress, ResourceResult resource)
    {
        _results[resource.Planned.Id] = progress.Done(resource);
        _failures.ThrowWhereTooMany(resource.Error);
    }

    /// <summary>The order of the stages.</summary>
    private enum RemovalStage
    {
        ApiServices,
        CustomResources,
        Rest,
        Definitions,
        Namespaces,
    }
}
