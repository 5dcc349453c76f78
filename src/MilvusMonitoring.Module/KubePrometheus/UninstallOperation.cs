using System.Diagnostics;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Uninstalls kube-prometheus: makes plans, which only read, and executes a plan if the user agrees.</summary>
internal sealed class UninstallOperation(ClusterClient client, IActivitySink sink, ReleaseStore store, bool force, int throttleLimit)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private ServerVersion? _kubernetes;

    /// <summary>Plans each stack in the inventories, or the one stack of the manifests that the user names.</summary>
    /// <param name="request">The manifests of a stack that another tool installed; null to use the inventories.</param>
    public async Task<IReadOnlyList<UninstallPlan>> PlanAsync(ManifestRequest? request, CancellationToken cancellationToken)
    {
        using var phase = Phase.Start(sink, "plan");
        _kubernetes = await ClusterInfo.ReadVersionAsync(client, cancellationToken).ConfigureAwait(false);
        var inventories = await InventoryStore.ListAsync(client, sink, cancellationToken).ConfigureAwait(false);
        var planner = new UninstallPlanner(client, new ResourceTypes(client), force, throttleLimit);
        if (request is not null)
        {
            var manifests = await new ManifestSetLoader(store, sink)
                .LoadAsync(request, Task.FromResult(_kubernetes), cancellationToken).ConfigureAwait(false);
            var inventory = inventories.FirstOrDefault(candidate => candidate.Namespace == StackNamespace.Find(manifests.Objects));
            return [await planner.PlanAsync(manifests, inventory, cancellationToken).ConfigureAwait(false)];
        }

        var plans = new List<UninstallPlan>();
        foreach (var inventory in inventories)
        {
            plans.Add(await planner.PlanAsync(inventory, cancellationToken).ConfigureAwait(false));
        }

        return plans;
    }

    public async Task<OperationResult> ExecuteAsync(UninstallPlan plan, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken);
        var result = await new UninstallExecutor(client, sink, force, throttleLimit)
            .ExecuteAsync(plan, deadline, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var kept = result.Resources
            .Where(resource => resource.Planned.Action == ResourceAction.Skipped && resource.Live is not null);
        foreach (var resource in kept)
        {
            sink.Warning($"{resource.Planned.Id} {resource.Message}.");
        }

        return new OperationResult(
            CreateStack(plan, [.. result.Resources.Select(resource => resource.ToResource())]),
            ServerFailures.ListErrors(result));
    }

    /// <summary>The plan as a stack, for <c>-WhatIf</c>.</summary>
    public KubePrometheusStack Show(UninstallPlan plan) =>
        CreateStack(plan, [.. plan.Resources.Select(resource => resource.ToResource())]) with
        {
            IsPlan = true,
        };

    private KubePrometheusStack CreateStack(UninstallPlan plan, IReadOnlyList<StackResource> resources) => new()
    {
        Version = plan.Release,
        Namespace = plan.Namespace,
        Source = plan.Inventory?.Source,
        Managers = plan.Inventory is null ? [] : [FieldManagerEntry.OurName],
        Context = client.Connection.Context,
        Kubeconfig = client.Connection.Kubeconfig,
        Server = client.Connection.Server,
        KubernetesVersion = _kubernetes!.Text,
        AppliedAt = plan.Inventory?.AppliedAt,
        Duration = _clock.Elapsed,
        Resources = resources,
    };
}
