using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>What becomes of one monitor of a Milvus.</summary>
/// <param name="Monitor">The monitor.</param>
/// <param name="Result">The monitor as it is shown, with what becomes of it.</param>
/// <param name="WarningAfter">The warning after the deletion; null for none.</param>
internal sealed record DisablePlan(LiveMonitor Monitor, MilvusServiceMonitor Result, string? WarningAfter)
{
    /// <summary>Whether the monitor is deleted.</summary>
    public bool IsChange => Result.Action == ResourceAction.Deleted;
}

/// <summary>Deletes the monitors of a Milvus: first the plan, by reading only; then, if the user agrees, the deletion.</summary>
/// <remarks>
/// Only the ServiceMonitors of the Helm release are deleted, whether helm or this module made them. The monitors of others stay.
/// </remarks>
internal sealed class DisableOperation(ClusterClient client, IActivitySink sink)
{
    private readonly MonitorReader _reader = new(client, sink);

    /// <summary>Makes a plan for each monitor of a Milvus. The Milvus may be gone: helm leaves behind what it did not make.</summary>
    /// <exception cref="MonitoringException">Neither a Milvus nor a monitor has that name, or several namespaces have one.</exception>
    public async Task<IReadOnlyList<DisablePlan>> PlanAsync(string name, string? namespaceName, CancellationToken cancellationToken)
    {
        var (found, missing) = await FindInstanceAsync(name, namespaceName, cancellationToken).ConfigureAwait(false);
        var place = found?.Instance.Namespace ?? namespaceName;
        var monitors = await _reader
            .ListForInstanceAsync(place, name, found?.Instance.MonitorName, cancellationToken)
            .ConfigureAwait(false);
        var places = monitors.Select(monitor => monitor.Metadata.Namespace).Distinct().ToList();
        if (missing is not null && monitors.Count == 0)
        {
            throw missing;
        }

        if (places.Count > 1)
        {
            throw new MonitoringException(
                ErrorId.InstanceAmbiguous,
                $"Several namespaces have a monitor of '{name}': {string.Join(", ", places)}",
                "choose one with -Namespace",
                name);
        }

        if (monitors.Count == 0)
        {
            sink.Verbose($"{name} has no monitor.");
        }

        var plans = new List<DisablePlan>();
        foreach (var monitor in monitors)
        {
            plans.Add(await PlanAsync(name, found, monitor, cancellationToken).ConfigureAwait(false));
        }

        return plans;
    }

    /// <summary>Carries the plan out.</summary>
    public async Task<MilvusServiceMonitor> ExecuteAsync(DisablePlan plan, CancellationToken cancellationToken)
    {
        var monitor = plan.Monitor;
        if (!plan.IsChange)
        {
            sink.Warning($"{monitor.Id} stays: {plan.Result.Message}.");
            return plan.Result;
        }

        var result = await client.DeleteAsync(monitor.Type, monitor.Id, monitor.Metadata.Uid, cancellationToken).ConfigureAwait(false);
        result.EnsureAccepted(monitor.Id);

        if (plan.WarningAfter is { } warning)
        {
            sink.Warning(warning);
        }

        return plan.Result;
    }

    /// <summary>Finds why a monitor stays; null if it may be deleted.</summary>
    public static string? FindSkipReason(LiveMonitor monitor, string release)
    {
        if (monitor.IsOperated)
        {
            return "the Milvus Operator owns it; set spec.components.disableMetric of the Milvus resource to true, "
                + "which also turns its metrics off";
        }

        return monitor.IsOfRelease(release) || monitor.IsFitted
            ? null
            : "it does not belong to the Helm release; delete it with the tool that made it";
    }

    private async Task<DisablePlan> PlanAsync(
        string name,
        FoundInstance? found,
        LiveMonitor monitor,
        CancellationToken cancellationToken)
    {
        var shown = await _reader.ShowAsync(monitor, cancellationToken).ConfigureAwait(false);
        var reason = found?.Instance.ManagedBy == MilvusManager.OtherChart
            ? "another publisher's chart makes it; turn it off in the values of that chart"
            : FindSkipReason(monitor, found?.Chart?.Release ?? name);
        var action = reason is null ? ResourceAction.Deleted : ResourceAction.Skipped;
        return new DisablePlan(monitor, shown with { Action = action, Message = reason }, DescribeReturn(found, monitor));
    }

    private static string? DescribeReturn(FoundInstance? found, LiveMonitor monitor) =>
        found is { Chart: { } chart, Instance: { MonitorInValues: true } instance } && instance.MonitorName == monitor.Metadata.Name
            ? $"The values of the Helm release {instance} still ask for {monitor.Id}, so that the next helm upgrade brings it back; "
                + $"to prevent that, pass to helm upgrade: --version {PowerShellText.Quote(chart.Parent?.Version ?? chart.ChartVersion)} "
                + $"--reuse-values --set {PowerShellText.Quote(chart.PathOf("metrics.serviceMonitor.enabled") + "=false")}"
            : null;

    private async Task<(FoundInstance? Found, MonitoringException? Missing)> FindInstanceAsync(
        string name,
        string? namespaceName,
        CancellationToken cancellationToken)
    {
        try
        {
            return (await new InstanceFinder(client, sink).GetAsync(name, namespaceName, cancellationToken).ConfigureAwait(false), null);
        }
        catch (MonitoringException exception) when (exception.ErrorId == ErrorId.InstanceNotFound)
        {
            return (null, exception);
        }
    }
}
