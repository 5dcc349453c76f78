using System.Diagnostics;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Installs kube-prometheus: makes a plan, which only reads, and executes the plan if the user agrees.</summary>
internal sealed class InstallOperation(ClusterClient client, IActivitySink sink, ReleaseStore store, InstallOptions options)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private ServerVersion? _kubernetes;

    public async Task<InstallPlan> PlanAsync(ManifestRequest request, CancellationToken cancellationToken)
    {
        using var phase = Phase.Start(sink, "plan");
        sink.Progress("Planning kube-prometheus", "reading the manifests and what the cluster has", -1);
        var version = ClusterInfo.ReadVersionAsync(client, cancellationToken);
        var inventories = InventoryStore.ListAsync(client, sink, cancellationToken);
        var loading = new ManifestSetLoader(store, sink, client.Connection.DefaultNamespace).LoadAsync(request, version, cancellationToken);
        await Task.WhenAll(version, inventories).ConfigureAwait(false);
        _kubernetes = await version.ConfigureAwait(false);
        var manifests = await loading.ConfigureAwait(false);
        var planner = new InstallPlanner(client, sink, new ResourceTypes(client), options.ThrottleLimit);
        var plan = await planner.PlanAsync(manifests, await inventories.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        CheckConflicts(plan);
        foreach (var skipped in plan.Resources.Where(resource => resource is { Action: ResourceAction.Skipped, Id.Kind: "APIService" }))
        {
            sink.Warning($"{skipped.Id} {skipped.Message}. That Service keeps serving the metrics of pods and nodes.");
        }

        return plan;
    }

    /// <summary>
    /// The stacks have the same field manager, so the API server sees no conflict where one stack takes an object from another.
    /// </summary>
    private void CheckConflicts(InstallPlan plan)
    {
        if (plan.Conflicts.Count == 0)
        {
            return;
        }

        var ids = plan.Conflicts.Select(conflict => conflict.Id.ToString()).ToList();
        var holders = plan.Conflicts.Select(conflict => conflict.Holder).Distinct().ToList();
        var stacks = $"the {(holders.Count == 1 ? "stack" : "stacks")} in {ForeignObjects.NameFew(holders)}";
        var objects = $"{ids.Count} of {plan.Resources.Count} objects ({ForeignObjects.NameFew(ids)})";
        if (options.ForceConflicts)
        {
            sink.Warning($"{objects} belong to {stacks} too, and are changed for the stack in {plan.Namespace}.");
            return;
        }

        throw new MonitoringException(
            ErrorId.FieldConflict,
            $"Cannot install the stack in {plan.Namespace}: {objects} belong to {stacks}",
            "give them other names in the manifests, uninstall the other stack, or add -ForceConflicts to change them for this one",
            ids[0]);
    }

    /// <param name="wait">Whether to wait until every object is ready.</param>
    /// <param name="timeout">How long all waits together may take.</param>
    public async Task<OperationResult> ExecuteAsync(InstallPlan plan, bool wait, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken);
        var result = await new InstallExecutor(client, sink, options)
            .ExecuteAsync(plan, deadline, cancellationToken).ConfigureAwait(false);
        List<MonitoringException> errors = [.. ServerFailures.ListErrors(result)];
        var restarted = result.Resources
            .Where(resource => resource is { Planned.Restarts: true, Succeeded: true, Message: not null });
        foreach (var resource in restarted)
        {
            sink.Warning($"{resource.Planned.Id}: {resource.Message}.");
        }

        var resources = result.Resources.Select(resource => resource.ToResource()).ToList();
        if (wait && result.Failure is null)
        {
            try
            {
                var readiness = await WaitAsync(result.Resources, deadline, cancellationToken).ConfigureAwait(false);
                resources = [.. result.Resources.Zip(resources, readiness.Mark)];
                errors.AddRange(readiness.Errors);
            }
            catch (MonitoringException exception)
            {
                // The objects are applied even if the wait fails: the command writes the stack and the error.
                errors.Add(exception);
            }
        }

        return new OperationResult(CreateStack(plan, resources), errors);
    }

    /// <summary>The plan as a stack, for <c>-WhatIf</c>.</summary>
    public KubePrometheusStack Show(InstallPlan plan) =>
        CreateStack(plan, [.. plan.Resources.Select(resource => resource.ToResource())]) with
        {
            IsPlan = true,
        };

    private KubePrometheusStack CreateStack(InstallPlan plan, IReadOnlyList<StackResource> resources) =>
        new()
        {
            Version = plan.Manifests.Release?.Version,
            Namespace = plan.Namespace,
            Source = plan.Manifests.Source,
            Managers = [FieldManagerEntry.OurName],
            Context = client.Connection.Context,
            Kubeconfig = client.Connection.Kubeconfig,
            Server = client.Connection.Server,
            KubernetesVersion = _kubernetes!.Text,
            AppliedAt = DateTimeOffset.Now,
            Duration = _clock.Elapsed,
            Resources = resources,
        };

    private async Task<StackReadiness> WaitAsync(
        IReadOnlyList<ResourceResult> applied,
        Deadline deadline,
        CancellationToken cancellationToken)
    {
        var targets = applied
            .Where(resource => resource.Succeeded)
            .Select(resource => (resource.Planned.Id, resource.Planned.Type!))
            .ToList();
        using var phase = Phase.Start(sink, "wait until ready");
        var board = await new ReadinessWait(client, sink)
            .RunAsync(targets, "Waiting for kube-prometheus to become ready", deadline).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return await StackReadiness.DescribeAsync(client, sink, board, targets, deadline.Limit, cancellationToken).ConfigureAwait(false);
    }
}
