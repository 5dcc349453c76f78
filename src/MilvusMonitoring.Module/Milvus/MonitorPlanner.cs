using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>What becomes of the monitor of a Milvus.</summary>
/// <param name="Found">The Milvus; its chart has the values that the user asks for.</param>
/// <param name="Wanted">The ServiceMonitor to apply; null for the Operator, which makes its PodMonitor itself.</param>
/// <param name="Live">The monitor in the cluster; null if there is none.</param>
/// <param name="Action">What becomes of the monitor, or of the Operator's resource.</param>
/// <param name="Services">The Services that the monitor selects.</param>
/// <param name="HelmSet">The values by which Helm itself makes the monitor.</param>
internal sealed record MonitorPlan(
    FoundInstance Found,
    JsonObject? Wanted,
    LiveMonitor? Live,
    ResourceAction Action,
    IReadOnlyList<string> Services,
    string HelmSet);

/// <summary>Checks what a monitor needs, and plans what becomes of it. Only reads.</summary>
internal sealed class MonitorPlanner(ClusterClient client, IActivitySink sink, MonitorReader reader)
{
    private static readonly Version OldestKnown = new(3, 0, 1);

    /// <summary>Makes the plan for a Milvus.</summary>
    /// <param name="found">The Milvus.</param>
    /// <param name="options">What the user asks for beyond the values.</param>
    /// <param name="method">Who applies the monitor.</param>
    /// <param name="cancellationToken">Ends the planning.</param>
    /// <exception cref="MonitoringException">The Milvus lacks something, or the options cannot be applied.</exception>
    public async Task<MonitorPlan> PlanAsync(
        FoundInstance found,
        MonitorOptions options,
        MonitorMethod method,
        CancellationToken cancellationToken)
    {
        var type = found.MonitorType;
        if (await new ResourceTypes(client).FindAsync(type.Group, type.Version, type.Kind, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new MonitoringException(
                ErrorId.KindNotFound,
                $"The cluster does not know the kind {type.Kind}",
                "run Install-KubePrometheus first",
                found.MonitorId.ToString());
        }

        var live = await reader.FindAsync(type, found.MonitorId, cancellationToken).ConfigureAwait(false);
        return found.Chart is null
            ? PlanOperator(found, options, method, live)
            : await PlanHelmAsync(found, found.Chart, options, method, live, cancellationToken).ConfigureAwait(false);
    }

    private static MonitorPlan PlanOperator(FoundInstance found, MonitorOptions options, MonitorMethod method, LiveMonitor? live)
    {
        var instance = found.Instance;
        if (method == MonitorMethod.Helm)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"Milvus/{instance} belongs to the Milvus Operator and not to Helm",
                "leave -Method Helm out",
                instance.ToString());
        }

        if (options.AreGiven)
        {
            throw new MonitoringException(
                ErrorId.ParameterInvalid,
                $"Milvus/{instance} belongs to the Milvus Operator, which makes its PodMonitor itself",
                "leave -Interval, -ScrapeTimeout and -AdditionalLabel out, "
                    + "and set spec.components.metricInterval of the Milvus resource instead",
                instance.ToString());
        }

        return new MonitorPlan(
            found,
            null,
            live,
            instance.MetricsEnabled ? ResourceAction.Unchanged : ResourceAction.Configured,
            [],
            string.Empty);
    }

    private async Task<MonitorPlan> PlanHelmAsync(
        FoundInstance found,
        MilvusChart installed,
        MonitorOptions options,
        MonitorMethod method,
        LiveMonitor? live,
        CancellationToken cancellationToken)
    {
        EnsureDeployed(found.Instance);
        var chart = options.ApplyTo(installed);
        EnsureServesMetrics(found, chart);
        var services = await reader.ListServicesAsync(chart, cancellationToken).ConfigureAwait(false);
        EnsureHasService(found, chart, services);
        EnsureOwned(found, chart, live);
        if (method == MonitorMethod.Native)
        {
            WarnOfOldChart(found, chart);
        }

        var wanted = chart.RenderMonitor();
        var isInValues = options.AreIn(installed);
        var action = live is null ? ResourceAction.Created : ResourceAction.Configured;
        if (live is not null && MonitorComparison.Matches(wanted, live) && (isInValues || method == MonitorMethod.Native))
        {
            action = ResourceAction.Unchanged;
        }

        if (method == MonitorMethod.Native && action == ResourceAction.Configured && installed.MakesMonitor && !isInValues)
        {
            throw new MonitoringException(
                ErrorId.FieldConflict,
                $"The values of the Helm release {found.Instance} ask for another {found.MonitorId}",
                $"change the values, with -Method Helm or by helm upgrade with --version {PowerShellText.Quote(chart.ChartVersion)} "
                    + $"--reuse-values --set {PowerShellText.Quote(options.AsHelmSet)}",
                found.MonitorId.ToString());
        }

        return new MonitorPlan(found with { Chart = chart }, wanted, live, action, services, options.AsHelmSet);
    }

    private static void EnsureServesMetrics(FoundInstance found, MilvusChart chart)
    {
        if (!chart.ServesMetrics)
        {
            throw new MonitoringException(
                ErrorId.MetricsDisabled,
                $"The release {found.Instance} has metrics.enabled=false",
                "set it to true with helm upgrade first",
                found.Instance.ToString());
        }
    }

    private static void EnsureHasService(FoundInstance found, MilvusChart chart, IReadOnlyList<string> services)
    {
        if (services.Count == 0)
        {
            var labels = string.Join(',', chart.ServiceLabels.Select(label => $"{label.Key}={label.Value}"));
            throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"No Service in {chart.Namespace} with the labels {labels} has a port named '{MilvusChart.MetricsPort}'",
                "repair the release with helm upgrade first",
                found.Instance.ToString());
        }
    }

    private static void EnsureOwned(FoundInstance found, MilvusChart chart, LiveMonitor? live)
    {
        if (live is not null && !live.IsOfRelease(chart.Release))
        {
            throw new MonitoringException(
                ErrorId.FieldConflict,
                $"{live.Id} is there already, and does not belong to the Helm release {found.Instance}",
                "prove it as it is with Test-MilvusMonitoring, or have its owner give the name up",
                live.Id.ToString());
        }
    }

    private void WarnOfOldChart(FoundInstance found, MilvusChart chart)
    {
        if (System.Version.TryParse(chart.ChartVersion.Split('-', '+')[0], out var version) && version < OldestKnown)
        {
            sink.Warning(
                $"Chart {chart.ChartVersion} of {found.Instance} is older than {OldestKnown}: "
                    + "its own ServiceMonitor differs from the one applied here.");
        }
    }

    private static void EnsureDeployed(MilvusInstance instance)
    {
        var remedy = instance.Status switch
        {
            "deployed" => null,
            "failed" => "see helm history, and repair it with helm upgrade or helm rollback first",
            "uninstalled" => "install it first",
            _ when instance.Status.StartsWith("pending-", StringComparison.Ordinal) =>
                "wait for helm to end or, if helm was interrupted, run helm rollback first",
            _ => "see helm status",
        };
        if (remedy is not null)
        {
            throw new MonitoringException(
                ErrorId.ReleaseNotDeployed,
                $"The Helm release {instance} is not deployed but {instance.Status} (revision {instance.Revision})",
                remedy,
                instance.ToString());
        }
    }
}
