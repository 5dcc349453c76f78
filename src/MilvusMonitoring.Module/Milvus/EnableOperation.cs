using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Milvus.Helm;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Milvus;

/// <summary>Which monitor to enable, and how.</summary>
/// <param name="Instance">The name of the Milvus.</param>
/// <param name="Namespace">Its namespace; null for any.</param>
/// <param name="Options">What the user asks for beyond the values of the release.</param>
/// <param name="Helm">How to run helm; null for a native apply.</param>
internal sealed record EnableRequest(string Instance, string? Namespace, MonitorOptions Options, HelmChoice? Helm)
{
    /// <summary>The Prometheus that is to select the monitor.</summary>
    public PrometheusChoice Prometheus { get; init; } = new(null, null);

    public MonitorMethod Method => Helm is null ? MonitorMethod.Native : MonitorMethod.Helm;
}

/// <summary>How to run helm.</summary>
/// <param name="Path">The full path of helm; null for the one on the PATH.</param>
/// <param name="Source">Where helm takes the chart from.</param>
internal sealed record HelmChoice(string? Path, ChartSource Source);

/// <summary>What enabling the monitor of a Milvus changes.</summary>
/// <param name="Monitor">What becomes of the monitor.</param>
/// <param name="Upgrade">The upgrade by helm; null for a native apply.</param>
internal sealed record EnablePlan(MonitorPlan Monitor, HelmUpgrade? Upgrade)
{
    public bool IsChange => Monitor.Action != ResourceAction.Unchanged;

    /// <summary>The verb of the question to the user.</summary>
    public string Verb
    {
        get
        {
            if (Monitor.Change is { SetsMetrics: true })
            {
                return "Turn on";
            }

            if (Upgrade is not null)
            {
                return "Upgrade";
            }

            return Monitor.Live is null ? "Create" : "Configure";
        }
    }

    /// <summary>The object of the question to the user.</summary>
    public string Target
    {
        get
        {
            var found = Monitor.Found;
            return Monitor.Change is { SetsMetrics: true }
                ? $"the metrics of Milvus/{found.Instance} (the Milvus Operator then creates {found.MonitorId})"
                : Upgrade?.Target ?? found.MonitorId.ToString();
        }
    }
}

/// <summary>Enables the monitor of a Milvus: first the plan, by reading only; then, if the user agrees, the work.</summary>
internal sealed class EnableOperation
{
    private readonly ClusterClient _client;
    private readonly IActivitySink _sink;
    private readonly MonitorReader _reader;
    private readonly MonitorApplier _applier;

    public EnableOperation(ClusterClient client, IActivitySink sink)
    {
        (_client, _sink) = (client, sink);
        _reader = new MonitorReader(client, sink);
        _applier = new MonitorApplier(client, sink, _reader);
    }

    /// <summary>Makes the plan.</summary>
    /// <exception cref="MonitoringException">There is no such Milvus, it lacks something, or no helm will do.</exception>
    public async Task<EnablePlan> PlanAsync(EnableRequest request, CancellationToken cancellationToken)
    {
        var found = await new InstanceFinder(_client, _sink)
            .GetAsync(request.Instance, request.Namespace, cancellationToken)
            .ConfigureAwait(false);
        var plan = await new MonitorPlanner(_client, _sink, _reader, request.Prometheus)
            .PlanAsync(found, request.Options, request.Method, cancellationToken)
            .ConfigureAwait(false);
        var upgrade = request.Helm is { } helm && plan.Action != ResourceAction.Unchanged
            ? await HelmUpgrade.PrepareAsync(_client, _sink, plan, plan.Options, helm, cancellationToken).ConfigureAwait(false)
            : null;
        return new EnablePlan(plan, upgrade);
    }

    /// <summary>Shows the plan, for <c>-WhatIf</c>.</summary>
    public Task<MilvusServiceMonitor> ShowAsync(EnablePlan plan, CancellationToken cancellationToken) =>
        _applier.ShowAsync(plan.Monitor, cancellationToken);

    /// <summary>Carries the plan out.</summary>
    /// <exception cref="MonitoringException">The server or helm refuses it, or helm makes no monitor.</exception>
    public async Task<MilvusServiceMonitor> ExecuteAsync(EnablePlan plan, CancellationToken cancellationToken)
    {
        if (plan.Upgrade is not { } upgrade)
        {
            return await _applier.ApplyAsync(plan.Monitor, cancellationToken).ConfigureAwait(false);
        }

        await upgrade.RunAsync(cancellationToken).ConfigureAwait(false);
        await _applier.ApplyIfAdoptedAsync(plan.Monitor, cancellationToken).ConfigureAwait(false);
        return await _applier.FindResultAsync(plan.Monitor, plan.Monitor.Action, cancellationToken).ConfigureAwait(false)
            ?? throw upgrade.CreateMonitorMissing();
    }
}
