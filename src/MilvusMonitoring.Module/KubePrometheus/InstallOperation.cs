using System.Diagnostics;
using System.Text.Json.Nodes;
using MilvusMonitoring.IO;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Stacks;

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
        var early = StackReading.StartEarly(client, sink, options.ThrottleLimit, cancellationToken);
        var version = ClusterInfo.ReadVersionAsync(client, cancellationToken);
        var inventories = InventoryStore.ListAsync(client, sink, cancellationToken);
        var operators = OperatorFinder.ListAsync(client, sink, cancellationToken);
        var loading = new ManifestSetLoader(store, sink, client.Connection.DefaultNamespace).LoadAsync(request, version, cancellationToken);
        loading.ObserveError();
        await Task.WhenAll(version, inventories, operators).ConfigureAwait(false);
        _kubernetes = await version.ConfigureAwait(false);
        var manifests = await loading.ConfigureAwait(false);
        var planner = new InstallPlanner(client, sink, new ResourceTypes(client), options.ThrottleLimit);
        var plan = await planner.PlanAsync(manifests, await inventories.ConfigureAwait(false), early, cancellationToken)
            .ConfigureAwait(false);
        CheckConflicts(plan);
        var able = await ListAbleAsync(plan, await operators.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        CheckOthers(plan, await inventories.ConfigureAwait(false), able);
        foreach (var skipped in plan.Resources.Where(resource => resource is { Action: ResourceAction.Skipped, Id.Kind: "APIService" }))
        {
            sink.Warning($"{skipped.Id} {skipped.Message}. That Service keeps serving the metrics of pods and nodes.");
        }

        foreach (var terminating in plan.Resources.Where(resource => resource is { WaitsForDeletion: true, Id.IsNamespace: true }))
        {
            sink.Warning($"{terminating.Id} is being deleted. The installation waits until it is gone, and creates it again.");
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

    /// <summary>
    /// Lists the operators that can run the Prometheus resources of a first installation. Whoever may create a Deployment can give it the
    /// looks of an operator, so the API server is asked what its service account may do.
    /// </summary>
    private async Task<IReadOnlyList<StackOperator>> ListAbleAsync(
        InstallPlan plan,
        IReadOnlyList<StackOperator> operators,
        CancellationToken cancellationToken)
    {
        if (plan.Inventory is not null)
        {
            return operators;
        }

        var list = new Permission("list", ResourceType.Prometheus.Group, ResourceType.Prometheus.Plural);
        var able = new List<StackOperator>();
        foreach (var other in operators.Where(other => other.Reach.Runs(plan.Namespace, null)))
        {
            var account = (other.Workload.Id.Namespace!, other.Workload.ServiceAccount);
            var review = await AccessReview.ReviewAsync(client, account, list, plan.Namespace, cancellationToken).ConfigureAwait(false);
            if (review.IsAllowed || review.Failure is not null)
            {
                able.Add(other);
            }
        }

        return able;
    }

    /// <summary>
    /// Refuses to install over another monitoring. A stack that is installed already goes on, since its repair must stay possible.
    /// </summary>
    private void CheckOthers(InstallPlan plan, IReadOnlyList<Inventory> inventories, IReadOnlyList<StackOperator> operators)
    {
        var reasons = OtherMonitoringRule.ListReasons(plan, inventories, operators);
        if (reasons.Count == 0)
        {
            return;
        }

        var text = string.Join("; ", reasons);
        if (options.AllowOtherOperator || plan.Inventory is not null)
        {
            sink.Warning($"Another monitoring is in the way of the stack in {plan.Namespace}: {text}.");
            return;
        }

        throw new MonitoringException(
            ErrorId.OtherMonitoring,
            $"Cannot install kube-prometheus in {plan.Namespace}, because the cluster has another monitoring: {text}",
            "use that monitoring, for which Enable-MilvusServiceMonitor alone may be enough (Get-MonitoringStack shows it); "
                + "to install beside it all the same, add -AllowOtherOperator",
            plan.Namespace);
    }

    /// <summary>
    /// Foretells, for <c>-WhatIf</c>, on which objects the API server would find a conflict. Reads the objects of other field managers.
    /// </summary>
    public async Task<InstallPlan> ForetellAsync(InstallPlan plan, CancellationToken cancellationToken)
    {
        var resources = plan.Resources.ToArray();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.ThrottleLimit, CancellationToken = cancellationToken };
        await Parallel
            .ForAsync(0, resources.Length, parallel, async (index, token) =>
                resources[index] = await ForetellAsync(resources[index], token).ConfigureAwait(false))
            .ConfigureAwait(false);
        var conflicts = resources.Count(resource => resource.Conflict is not null);
        if (conflicts > 0 && !options.ForceConflicts)
        {
            sink.Warning(
                $"{conflicts} of {resources.Length} objects have fields that other field managers own with other values, and would fail; "
                    + "see the Message of each in Resources. -ForceConflicts takes these fields over.");
        }

        return plan with { Resources = resources };
    }

    private async Task<PlannedResource> ForetellAsync(PlannedResource resource, CancellationToken cancellationToken)
    {
        if (resource is not { Action: ResourceAction.Configured, Manifest: { } manifest, Type: { } type, Live: { } seen, Forces: false }
            || seen.Managers.All(manager => manager.IsByUs || !manager.WritesObject)
            || await client.FindAsync(type, resource.Id, cancellationToken).IfPermittedAsync(sink).ConfigureAwait(false) is not { } live
            || JsonNode.Parse(live.Span) is not JsonObject before
            || JsonNode.Parse(manifest.ReadJson().Span) is not JsonObject wanted)
        {
            return resource;
        }

        var fields = FieldConflictRule.List(before, wanted);
        return fields.Count == 0
            ? resource
            : resource with { Conflict = FieldConflictText.DescribeOwners(fields.Select(field => (field.Manager, field.Path))) };
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
        CreateStack(plan, [.. plan.Resources.Select(resource => resource.ToPlan())]) with
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
