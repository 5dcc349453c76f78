using System.Text.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Errors;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Milvus;

/// <summary>Carries out a <see cref="MonitorPlan"/>, and shows the result.</summary>
internal sealed class MonitorApplier(ClusterClient client, IActivitySink sink, MonitorReader reader)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Carries the plan out. An unchanged monitor is not written to.</summary>
    public async Task<MilvusServiceMonitor> ApplyAsync(MonitorPlan plan, CancellationToken cancellationToken)
    {
        var action = plan.Action;
        if (action != ResourceAction.Unchanged)
        {
            action = plan.Change is { } change
                ? await ApplyAsync(plan, change, cancellationToken).ConfigureAwait(false)
                : await WriteAsync(plan, cancellationToken).ConfigureAwait(false);
        }

        if (plan.HelmSet is { } setting
            && plan.Found is { Chart: { } chart, Instance: { MonitorInValues: false, ManagedBy: MilvusManager.Helm } })
        {
            sink.Verbose(
                $"Helm's own record of {chart.Release} does not ask for this ServiceMonitor; to make it last there too, use -Method Helm, "
                    + $"or pass to helm upgrade: --version {PowerShellText.Quote(chart.Parent?.Version ?? chart.ChartVersion)} "
                    + $"--reuse-values --set {PowerShellText.Quote(setting)}");
        }

        return await FindResultAsync(plan, action, cancellationToken).ConfigureAwait(false)
            ?? ShowMissing(plan) with { IsPlan = false, Action = action, Manifest = null };
    }

    /// <summary>
    /// Applies the monitor if helm has adopted it and left it as it was: for a custom resource Helm 3 compares what it rendered last with
    /// what it renders now, and not with the object in the cluster.
    /// If the monitor was Helm's before, its differences may be the work of others, which stays.
    /// </summary>
    public async Task ApplyIfAdoptedAsync(MonitorPlan plan, CancellationToken cancellationToken)
    {
        var live = await reader.FindAsync(plan.Found.MonitorType, plan.Found.MonitorId, cancellationToken).ConfigureAwait(false);
        if (live is null || AppliedObject.Matches(plan.Wanted!, live.Json, plan.FieldManager))
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
                $"Helm has left {live.Id} different from the values of the release; Enable-MilvusServiceMonitor without -Method Helm "
                    + "corrects it, or names the field manager that keeps it so.");
        }
    }

    /// <summary>Finds the monitor after the plan, and warns if no Prometheus selects it.</summary>
    public async Task<MilvusServiceMonitor?> FindResultAsync(MonitorPlan plan, ResourceAction action, CancellationToken cancellationToken)
    {
        var (type, id) = plan is { Wanted: null, Change: null, Live: { } other }
            ? (other.Type, other.Id)
            : (plan.Found.MonitorType, plan.Found.MonitorId);
        var live = await reader.FindAsync(type, id, cancellationToken).ConfigureAwait(false);
        if (live is null)
        {
            return null;
        }

        await new PrometheusSelection(client, sink)
            .WarnAsync(live.Type, live.Id, live.Metadata.Labels, cancellationToken).ConfigureAwait(false);
        return await ShowAsync(plan, live, action, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Shows the plan, for <c>-WhatIf</c>.</summary>
    public async Task<MilvusServiceMonitor> ShowAsync(MonitorPlan plan, CancellationToken cancellationToken) => plan.Live is null
        ? ShowMissing(plan)
        : await ShowAsync(plan, plan.Live, plan.Action, cancellationToken).ConfigureAwait(false) with
        {
            IsPlan = true,
            Manifest = WriteManifest(plan),
        };

    private async Task<MilvusServiceMonitor> ShowAsync(
        MonitorPlan plan,
        LiveMonitor live,
        ResourceAction action,
        CancellationToken cancellationToken) =>
        await reader.ShowAsync(live, cancellationToken).ConfigureAwait(false) with
        {
            Instance = plan.Found.Instance.Name,
            Action = action,
            Message = DescribeMaker(plan, live),
        };

    private MilvusServiceMonitor ShowMissing(MonitorPlan plan) => new()
    {
        Name = plan.Found.Instance.MonitorName,
        Namespace = plan.Found.Instance.Namespace,
        Kind = plan.Found.MonitorType.Kind,
        Instance = plan.Found.Instance.Name,
        Interval = (string?)plan.Wanted?["spec"]?["endpoints"]?[0]?["interval"],
        ScrapeTimeout = (string?)plan.Wanted?["spec"]?["endpoints"]?[0]?["scrapeTimeout"],
        Services = plan.Services,
        Action = plan.Action,
        IsPlan = true,
        Manifest = WriteManifest(plan),
        Message = plan.Change is null
            ? plan.Note
            : "does not exist yet: the Milvus Operator creates it when it next reconciles the Milvus resource",
        Context = client.Connection.Context,
        Kubeconfig = client.Connection.Kubeconfig,
    };

    private static string? WriteManifest(MonitorPlan plan) => plan.Wanted?.ToJsonString(Indented);

    private static string? DescribeMaker(MonitorPlan plan, LiveMonitor live)
    {
        if (plan.Change is not null)
        {
            return "made by the Milvus Operator";
        }

        if (plan.Wanted is null)
        {
            return $"applied by {MonitorPlanner.DescribeOwner(plan.Found, live)}";
        }

        var instance = plan.Found.Instance;
        var setting = plan.Found.Chart?.Parent is var (_, version) && instance is { MonitorInValues: false, ManagedBy: MilvusManager.Helm }
            ? $"helm upgrade keeps it with --version {PowerShellText.Quote(version)} --reuse-values "
                + $"--set {PowerShellText.Quote(plan.HelmSet!)}"
            : null;
        return plan.Note is null || setting is null ? plan.Note ?? setting : $"{plan.Note}; {setting}";
    }

    private async Task<ResourceAction> ApplyAsync(MonitorPlan plan, OperatorChange change, CancellationToken cancellationToken)
    {
        var resources = new OperatorResources(client);
        if (change.SetsMetrics)
        {
            await resources.EnableMetricsAsync(plan.Found.Instance, change.Interval, cancellationToken).ConfigureAwait(false);
        }

        if (change.Labels.Count > 0)
        {
            await resources.SetLabelsAsync(plan.Found.MonitorId, change.Labels, cancellationToken).ConfigureAwait(false);
        }

        return ResourceAction.Configured;
    }

    private async Task<ResourceAction> WriteAsync(MonitorPlan plan, CancellationToken cancellationToken)
    {
        var id = plan.Found.MonitorId;
        var result = await client
            .ApplyAsync(
                ResourceType.ServiceMonitor,
                id,
                JsonSerializer.SerializeToUtf8Bytes(plan.Wanted),
                plan.FieldManager,
                false,
                cancellationToken)
            .ConfigureAwait(false);
        if (result.Failure is { } failure)
        {
            throw failure.IsFieldConflict ? CreateConflict(plan, failure) : ClusterErrors.From(failure, $"apply {id}", id.ToString());
        }

        if (result.Created)
        {
            return ResourceAction.Created;
        }

        return plan.Live?.Metadata.ResourceVersion == result.Metadata!.ResourceVersion
            ? ResourceAction.Unchanged
            : ResourceAction.Configured;
    }

    private static MonitoringException CreateConflict(MonitorPlan plan, StatusBody failure) => new(
        ErrorId.FieldConflict,
        $"Cannot apply {plan.Found.MonitorId}: {FieldConflictText.Describe(failure.Causes)}",
        "remove these fields from the configuration of their manager, or delete the ServiceMonitor and run the command again",
        plan.Found.MonitorId.ToString());
}
