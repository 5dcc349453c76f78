using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>Checks all that a monitor needs, and works out what is to be done. Only reads.</summary>
internal sealed class MonitorPlanner(ClusterClient client, IActivitySink sink, MonitorReader reader)
{
    private static readonly Version OldestKnown = new(3, 0, 1);

    /// <summary>Plans for an instance.</summary>
    /// <param name="found">The instance.</param>
    /// <param name="options">What is asked for beyond its values.</param>
    /// <param name="method">How it is to come about.</param>
    /// <param name="cancellationToken">Ends the planning.</param>
    /// <exception cref="MonitoringException">Something is missing that has to come first, or is asked for that cannot be.</exception>
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
                "leave -Interval, -ScrapeTimeout and -AdditionalLabel out, and set spec.components.metricInterval of the Milvus resource instead",
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
        CheckRelease(found.Instance);
        var chart = options.Over(installed);
        if (!chart.ServesMetrics)
        {
            throw new MonitoringException(
                ErrorId.MetricsDisabled,
                $"The release {found.Instance} has metrics.enabled=false",
                "set it to true with helm upgrade first",
                found.Instance.ToString());
        }

        var services = await reader.ServicesOfAsync(chart, cancellationToken).ConfigureAwait(false);
        if (services.Count == 0)
        {
            var labels = string.Join(',', chart.ServiceLabels.Select(label => $"{label.Key}={label.Value}"));
            throw new MonitoringException(
                ErrorId.ObjectNotFound,
                $"No Service in {chart.Namespace} with the labels {labels} has a port named '{MilvusChart.MetricsPort}'",
                "repair the release with helm upgrade first",
                found.Instance.ToString());
        }

        if (live is not null && !live.IsOfRelease(chart.Release))
        {
            throw new MonitoringException(
                ErrorId.FieldConflict,
                $"{live.Id} is there already, and does not belong to the Helm release {found.Instance}",
                "rename or delete it, then run the command again",
                live.Id.ToString());
        }

        if (
            method == MonitorMethod.Native
            && System.Version.TryParse(chart.ChartVersion.Split('-', '+')[0], out var version)
            && version < OldestKnown)
        {
            sink.Warning(
                $"Chart {chart.ChartVersion} of {found.Instance} is older than {OldestKnown}: its own ServiceMonitor looks otherwise than the one applied here."
            );
        }

        var wanted = chart.RenderMonitor();
        var isAsked = options.AreIn(installed);
        var action = live is null ? ResourceAction.Created
            : MonitorComparison.Matches(wanted, live) && (isAsked || method == MonitorMethod.Native) ? ResourceAction.Unchanged
            : ResourceAction.Configured;
        if (method == MonitorMethod.Native && action == ResourceAction.Configured && installed.MakesMonitor && !isAsked)
        {
            throw new MonitoringException(
                ErrorId.FieldConflict,
                $"The values of the Helm release {found.Instance} keep {found.MonitorId} otherwise",
                $"change it there, with -Method Helm or by helm upgrade with --version {chart.ChartVersion} --reuse-values --set {options.AsHelmSet}",
                found.MonitorId.ToString());
        }

        return new MonitorPlan(found with { Chart = chart }, wanted, live, action, services, options.AsHelmSet);
    }

    private static void CheckRelease(MilvusInstance instance)
    {
        var remedy = instance.Status switch
        {
            "deployed" => null,
            "failed" => "see helm history, and mend it with helm upgrade or helm rollback first",
            "uninstalled" => "install it first",
            _ when instance.Status.StartsWith("pending-", StringComparison.Ordinal) =>
                "wait for helm to end or, if it was broken off, run helm rollback first",
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
