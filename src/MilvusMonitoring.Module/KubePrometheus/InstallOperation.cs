using System.Diagnostics;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Kubernetes.Waiting;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>Installs kube-prometheus: first the plan, by reading only; then, if the user agrees, the work.</summary>
internal sealed class InstallOperation(ClusterClient client, IActivitySink sink, ReleaseStore store, InstallOptions options)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private ServerVersion? _kubernetes;

    /// <summary>Makes the plan.</summary>
    public async Task<InstallPlan> PlanAsync(ManifestRequest request, CancellationToken cancellationToken)
    {
        using var phase = Phase.Start(sink, "plan");
        sink.Progress("Planning kube-prometheus", "reading the manifests and what the cluster has", -1);
        var version = ClusterInfo.ReadVersionAsync(client, cancellationToken);
        var inventories = InventoryStore.FindAsync(client, sink, cancellationToken);
        var loading = new ManifestSetLoader(store, sink).LoadAsync(request, version, cancellationToken);
        await Task.WhenAll(version, inventories).ConfigureAwait(false);
        _kubernetes = await version.ConfigureAwait(false);
        var manifests = await loading.ConfigureAwait(false);
        var planner = new InstallPlanner(client, new ResourceTypes(client), options.ThrottleLimit);
        var plan = await planner.PlanAsync(manifests, await inventories.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        foreach (var skipped in plan.Resources.Where(resource => resource is { Action: ResourceAction.Skipped, Id.Kind: "APIService" }))
        {
            sink.Warning($"{skipped.Id} {skipped.Message}: metrics of pods and nodes keep coming from there.");
        }

        return plan;
    }

    /// <summary>Carries the plan out.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="wait">Whether to wait until everything is ready.</param>
    /// <param name="timeout">How long to wait in all.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The stack, and the errors, each cause once.</returns>
    public async Task<OperationReport> RunAsync(InstallPlan plan, bool wait, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken);
        var outcome = await new InstallExecutor(client, sink, options).RunAsync(plan, deadline, cancellationToken).ConfigureAwait(false);
        List<MonitoringException> errors = [.. ServerFailures.ErrorsOf(outcome)];
        foreach (
            var restarted in outcome.Resources.Where(resource => resource is { Planned.Restarts: true, Succeeded: true, Message: not null })
        )
        {
            sink.Warning($"{restarted.Planned.Id}: {restarted.Message}.");
        }

        var resources = outcome.Resources.Select(resource => resource.ToResource()).ToList();
        if (wait && outcome.Failure is null)
        {
            try
            {
                var readiness = await WaitAsync(outcome.Resources, deadline, cancellationToken).ConfigureAwait(false);
                resources = [.. outcome.Resources.Zip(resources, readiness.Mark)];
                errors.AddRange(readiness.Errors);
            }
            catch (MonitoringException exception)
            {
                // What was applied is applied, whatever becomes of the wait: the stack goes out with the error.
                errors.Add(exception);
            }
        }

        return new OperationReport(StackOf(plan, resources), errors);
    }

    /// <summary>The plan as a stack, for <c>-WhatIf</c>.</summary>
    public KubePrometheusStack Show(InstallPlan plan) =>
        StackOf(plan, [.. plan.Resources.Select(resource => resource.ToResource())]) with
        {
            IsPlan = true,
        };

    private KubePrometheusStack StackOf(InstallPlan plan, IReadOnlyList<StackResource> resources) =>
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
