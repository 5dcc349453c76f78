using System.Diagnostics;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Uninstalls kube-prometheus: first the plan, by reading only; then, if the user agrees, the work.</summary>
internal sealed class UninstallOperation(ClusterClient client, IActivitySink sink, ReleaseStore store, bool force, int throttleLimit)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private ServerVersion? _kubernetes;

    /// <summary>Makes the plans: one for each stack in the inventories, or one for the manifests that the user names.</summary>
    /// <param name="request">The manifests of a stack that another tool installed; null to go by inventory.</param>
    /// <param name="cancellationToken">Ends the planning.</param>
    public async Task<IReadOnlyList<UninstallPlan>> PlanAsync(ManifestRequest? request, CancellationToken cancellationToken)
    {
        using var phase = Phase.Start(sink, "plan");
        _kubernetes = await ClusterInfo.ReadVersionAsync(client, cancellationToken).ConfigureAwait(false);
        var inventories = await InventoryStore.FindAsync(client, sink, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Carries a plan out.</summary>
    public async Task<OperationReport> RunAsync(UninstallPlan plan, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken);
        var outcome = await new UninstallExecutor(client, sink, force, throttleLimit)
            .RunAsync(plan, deadline, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (
            var kept in outcome.Resources.Where(resource => resource.Planned.Action == ResourceAction.Skipped && resource.Live is not null))
        {
            sink.Warning($"{kept.Planned.Id} {kept.Message}.");
        }

        return new OperationReport(
            StackOf(plan, [.. outcome.Resources.Select(resource => resource.ToResource())]),
            ServerFailures.ErrorsOf(outcome));
    }

    /// <summary>The plan as a stack, for <c>-WhatIf</c>.</summary>
    public KubePrometheusStack Show(UninstallPlan plan) =>
        StackOf(plan, [.. plan.Resources.Select(resource => resource.ToResource())]) with
        {
            IsPlan = true,
        };

    private KubePrometheusStack StackOf(UninstallPlan plan, IReadOnlyList<StackResource> resources) => new()
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
