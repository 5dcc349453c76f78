using System.Diagnostics;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Uninstalls kube-prometheus: makes plans, which only read, and executes a plan if the user agrees.</summary>
internal sealed class UninstallOperation(ClusterClient client, IActivitySink sink, ReleaseStore store, bool force, int throttleLimit)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private ServerVersion? _kubernetes;

    /// <summary>Plans the removal of one stack: of the named one, of the only one, or of the one that manifests describe.</summary>
    /// <param name="request">The manifests of a stack that another tool installed; null to use the inventories.</param>
    /// <param name="namespaceName">The namespace of the stack; null for the only stack.</param>
    /// <returns>The plan; null if there is no such stack.</returns>
    public async Task<UninstallPlan?> PlanAsync(ManifestRequest? request, string? namespaceName, CancellationToken cancellationToken)
    {
        using var phase = Phase.Start(sink, "plan");
        _kubernetes = await ClusterInfo.ReadVersionAsync(client, cancellationToken).ConfigureAwait(false);
        var inventories = await InventoryStore
            .ListAsync(client, sink, namespaceName ?? PrometheusChoice.UsualNamespace, cancellationToken).ConfigureAwait(false);
        var planner = new UninstallPlanner(client, force, throttleLimit);
        if (request is not null)
        {
            var manifests = await new ManifestSetLoader(store, sink, client.Connection.DefaultNamespace)
                .LoadAsync(request, Task.FromResult(_kubernetes), cancellationToken).ConfigureAwait(false);
            return await planner.PlanAsync(manifests, inventories, cancellationToken).ConfigureAwait(false);
        }

        if (await ChooseAsync(inventories, namespaceName, cancellationToken).ConfigureAwait(false) is not { } chosen)
        {
            return null;
        }

        var claims = await StackClaims
            .ReadAsync(client, inventories, chosen.Namespace, false, cancellationToken).ConfigureAwait(false);
        return await planner.PlanAsync(chosen, claims, cancellationToken).ConfigureAwait(false);
    }

    public async Task<OperationResult> ExecuteAsync(UninstallPlan plan, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken);
        var result = await new UninstallExecutor(client, sink, force, throttleLimit)
            .ExecuteAsync(plan, deadline, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var kept = result.Resources
            .Where(resource => resource.Planned.Action == ResourceAction.Skipped && resource.Live is not null)
            .GroupBy(resource => resource.Message, resource => resource.Planned.Id.ToString(), StringComparer.Ordinal);
        foreach (var group in kept)
        {
            var ids = group.ToList();
            sink.Warning($"{ForeignObjects.NameFew(ids)}{(ids.Count == 1 ? " " : ": each ")}{group.Key}.");
        }

        return new OperationResult(
            CreateStack(plan, [.. result.Resources.Select(resource => resource.ToResource())]),
            ServerFailures.ListErrors(result));
    }

    /// <summary>
    /// Chooses the inventory of the named stack, or the only one. With several and no name, guessing would remove somebody else's stack.
    /// </summary>
    private async Task<Inventory?> ChooseAsync(
        IReadOnlyList<Inventory> inventories,
        string? namespaceName,
        CancellationToken cancellationToken)
    {
        var context = client.Connection.Context;
        var names = inventories.Select(inventory => inventory.Namespace).ToList();
        if (namespaceName is not null)
        {
            if (inventories.FirstOrDefault(inventory => inventory.Namespace == namespaceName) is { } named)
            {
                return named;
            }

            var elsewhere = names.Count == 0 ? string.Empty : $" There is one in {ForeignObjects.NameFew(names)}.";
            sink.Warning(
                $"No inventory of kube-prometheus is in namespace {namespaceName} of {context}: nothing to uninstall.{elsewhere} "
                    + "For a stack that another tool installed, give -Version or -Path.");
            return null;
        }

        switch (inventories)
        {
            case [var only]:
                return only;

            case []:
                sink.Warning(
                    $"No inventory of kube-prometheus is in {context}: nothing to uninstall. "
                        + "For a stack that another tool installed, give -Version or -Path.");
                return null;

            default:
                var proven = await StackClaims.ListProvenAsync(client, inventories, cancellationToken).ConfigureAwait(false);
                var list = names.Select(name => proven.Contains(name) ? name : $"{name} (a namespace that this module did not apply)");
                throw new MonitoringException(
                    ErrorId.StackAmbiguous,
                    $"{names.Count} inventories of kube-prometheus are in {context}: {ForeignObjects.NameFew([.. list])}",
                    "name the namespace of the stack to uninstall with -Namespace, or pipe the stack from Get-KubePrometheus",
                    context);
        }
    }

    /// <summary>The plan as a stack, for <c>-WhatIf</c>.</summary>
    public KubePrometheusStack Show(UninstallPlan plan) =>
        CreateStack(plan, [.. plan.Resources.Select(resource => resource.ToPlan())]) with
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
