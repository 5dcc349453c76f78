using System.Text.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Milvus;

/// <summary>Carries out what <see cref="MonitorPlanner"/> has planned, and shows what came of it.</summary>
internal sealed class MonitorApplier(ClusterClient client, IActivitySink sink, MonitorReader reader)
{
    /// <summary>Carries the plan out; an unchanged monitor is not written to.</summary>
    public async Task<MilvusServiceMonitor> ApplyAsync(MonitorPlan plan, CancellationToken cancellationToken)
    {
        var action = plan.Action;
        if (action != ResourceAction.Unchanged)
        {
            action = plan.Wanted is null
                ? await TurnOnAsync(plan, cancellationToken).ConfigureAwait(false)
                : await WriteAsync(plan, cancellationToken).ConfigureAwait(false);
        }

        if (plan.Found.Chart is { } chart && !plan.Found.Instance.MonitorInValues)
        {
            sink.Verbose(
                $"Helm's own record of {chart.Release} does not ask for this ServiceMonitor; to make it last there too, use -Method Helm, or pass to helm upgrade: --version {chart.ChartVersion} --reuse-values --set {plan.HelmSet}"
            );
        }

        return await ReportAsync(plan, action, cancellationToken).ConfigureAwait(false)
            ?? Planned(plan) with
            {
                IsPlan = false,
                Action = action,
            };
    }

    /// <summary>
    /// Applies the monitor where helm has adopted it and left it as it was: of a custom resource Helm 3 compares what it made last with
    /// what it makes now, and not with what is there.
    /// Where it has been Helm's before, what is there may also be the work of others, which stays.
    /// </summary>
    public async Task SettleAsync(MonitorPlan plan, CancellationToken cancellationToken)
    {
        var live = await reader.FindAsync(plan.Found.MonitorType, plan.Found.MonitorId, cancellationToken).ConfigureAwait(false);
        if (live is null || MonitorComparison.Matches(plan.Wanted!, live))
        {
            return;
        }

        if (!plan.Found.Instance.MonitorInValues && live.Metadata.ResourceVersion == plan.Live?.Metadata.ResourceVersion)
        {
            await WriteAsync(plan, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            sink.Warning(
                $"Helm has left {live.Id} otherwise than the values of the release say; Enable-MilvusServiceMonitor without -Method Helm sets it right, or names who keeps it so."
            );
        }
    }

    /// <summary>What came of a plan; null where there is no monitor.</summary>
    public async Task<MilvusServiceMonitor?> ReportAsync(MonitorPlan plan, ResourceAction action, CancellationToken cancellationToken)
    {
        var live = await reader.FindAsync(plan.Found.MonitorType, plan.Found.MonitorId, cancellationToken).ConfigureAwait(false);
        if (live is null)
        {
            return null;
        }

        await new PrometheusSelection(client, sink)
            .WarnAsync(live.Type, live.Id, live.Metadata.Labels, cancellationToken).ConfigureAwait(false);
        return await ShowAsync(plan, live, action, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The plan as <c>-WhatIf</c> shows it.</summary>
    public async Task<MilvusServiceMonitor> ShowAsync(MonitorPlan plan, CancellationToken cancellationToken) => plan.Live is null
        ? Planned(plan)
        : await ShowAsync(plan, plan.Live, plan.Action, cancellationToken).ConfigureAwait(false) with { IsPlan = true };

    private async Task<MilvusServiceMonitor> ShowAsync(
        MonitorPlan plan,
        LiveMonitor live,
        ResourceAction action,
        CancellationToken cancellationToken) =>
        await reader.ShowAsync(live, cancellationToken).ConfigureAwait(false) with
        {
            Instance = plan.Found.Instance.Name,
            Action = action,
            Message = plan.Wanted is null ? "made by the Milvus Operator" : null,
        };

    private MilvusServiceMonitor Planned(MonitorPlan plan) => new()
    {
        Name = plan.Found.Instance.MonitorName,
        Namespace = plan.Found.Instance.Namespace,
        Kind = plan.Found.MonitorType.Kind,
        Instance = plan.Found.Instance.Name,
        Interval = plan.Found.Chart?.Interval,
        ScrapeTimeout = plan.Found.Chart?.ScrapeTimeout,
        Services = plan.Services,
        Action = plan.Action,
        IsPlan = true,
        Message = plan.Wanted is null ? "not there yet: the Milvus Operator makes it when it next looks at the Milvus resource" : null,
        Context = client.Connection.Context,
        Kubeconfig = client.Connection.Kubeconfig,
    };

    private async Task<ResourceAction> TurnOnAsync(MonitorPlan plan, CancellationToken cancellationToken)
    {
        await new OperatorResources(client).EnableMetricsAsync(plan.Found.Instance, cancellationToken).ConfigureAwait(false);
        return ResourceAction.Configured;
    }

    private async Task<ResourceAction> WriteAsync(MonitorPlan plan, CancellationToken cancellationToken)
    {
        var id = plan.Found.MonitorId;
        var answer = await client
            .ApplyAsync(
                ResourceType.ServiceMonitor,
                id,
                JsonSerializer.SerializeToUtf8Bytes(plan.Wanted),
                MilvusChart.FieldManager,
                false,
                cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } refusal)
        {
            throw refusal.IsFieldConflict ? Conflict(plan, refusal) : ClusterErrors.From(refusal, $"apply {id}", id.ToString());
        }

        return answer.Created ? ResourceAction.Created
            : plan.Live?.Metadata.ResourceVersion == answer.Metadata!.ResourceVersion ? ResourceAction.Unchanged
            : ResourceAction.Configured;
    }

    private static MonitoringException Conflict(MonitorPlan plan, StatusBody refusal) => new(
        ErrorId.FieldConflict,
        $"Cannot apply {plan.Found.MonitorId}: {FieldConflictText.Describe(refusal.Causes)}",
        "have their manager give them up, or delete the ServiceMonitor and run the command again",
        plan.Found.MonitorId.ToString());
}
