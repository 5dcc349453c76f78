using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Milvus;

/// <summary>Checks what a Helm release needs before its monitor is planned.</summary>
internal sealed class ReleaseChecks(IActivitySink sink)
{
    private static readonly Version OldestKnown = new(3, 0, 1);

    /// <exception cref="MonitoringException"><see cref="ErrorId.MetricsDisabled"/>: the values turn the metrics off.</exception>
    public static void EnsureServesMetrics(FoundInstance found, MilvusChart chart)
    {
        if (!chart.ServesMetrics)
        {
            throw new MonitoringException(
                ErrorId.MetricsDisabled,
                $"The release {found.Instance} has {chart.PathOf("metrics.enabled")}=false",
                "set it to true with helm upgrade first",
                found.Instance.ToString());
        }
    }

    /// <exception cref="MonitoringException"><see cref="ErrorId.ObjectNotFound"/>: the monitor would select no Service.</exception>
    public static void EnsureHasService(FoundInstance found, MilvusChart chart, IReadOnlyList<string> services)
    {
        if (services.Count == 0)
        {
            throw CreateNoService(found, chart);
        }
    }

    public static MonitoringException CreateNoService(FoundInstance found, MilvusChart chart)
    {
        if (found.Objects is { RewrittenInstance: not null } objects)
        {
            return MonitorPlanner.CreateRewritten(found, objects);
        }

        var labels = string.Join(',', chart.ServiceLabels.Select(label => $"{label.Key}={label.Value}"));
        return new MonitoringException(
            ErrorId.ObjectNotFound,
            $"No Service in {chart.Namespace} with the labels {labels} has a port named '{MilvusChart.MetricsPort}'",
            found.Owner?.Source is { } source
                ? $"repair the release {chart.Release} in {source} first"
                : $"repair the release {chart.Release} with helm upgrade first",
            found.Instance.ToString());
    }

    /// <exception cref="MonitoringException"><see cref="ErrorId.FieldConflict"/>: the monitor belongs to somebody else.</exception>
    public static void EnsureOwned(FoundInstance found, MilvusChart chart, LiveMonitor? live)
    {
        if (live is not null && !live.IsOfRelease(chart.Release))
        {
            throw new MonitoringException(
                ErrorId.FieldConflict,
                $"{live.Id} already exists and does not belong to the Helm release {found.Instance}",
                "test it unchanged with Test-MilvusMonitoring, or rename it with the tool that made it",
                live.Id.ToString());
        }
    }

    /// <summary>Warns if the chart renders another ServiceMonitor than this module does.</summary>
    public void WarnOfOldChart(FoundInstance found, MilvusChart chart)
    {
        if (System.Version.TryParse(chart.ChartVersion.Split('-', '+')[0], out var version) && version < OldestKnown)
        {
            sink.Warning(
                $"Chart {chart.ChartVersion} of {found.Instance} is older than {OldestKnown}: "
                    + "its own ServiceMonitor differs from the one applied here.");
        }
    }

    /// <summary>
    /// Checks that the newest revision is deployed. Without helm, an unfinished revision is no obstacle while the pods run: the monitor
    /// does not change the release.
    /// </summary>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ReleaseNotDeployed"/>.</exception>
    public void EnsureDeployed(MilvusInstance instance, MonitorMethod method)
    {
        var isPending = instance.Status.StartsWith("pending-", StringComparison.Ordinal);
        var remedy = instance.Status switch
        {
            "deployed" => null,
            "failed" => "see helm history, and repair it with helm upgrade or helm rollback first",
            InstanceFinder.Uninstalled => "install it first",
            _ when isPending => "wait for helm to end or, if helm was interrupted, run helm rollback first",
            _ => "see helm status",
        };
        if (remedy is null)
        {
            return;
        }

        var age = instance.UpdatedAt is { } time ? $" for {DisplayText.Age(DateTimeOffset.UtcNow - time)}" : string.Empty;
        var reason = $"The Helm release {instance} is not deployed but {instance.Status}{age} (revision {instance.Revision})";
        if (method == MonitorMethod.Native && instance.RunningPods > 0 && (isPending || instance.Status == "failed"))
        {
            sink.Warning($"{reason}; its pods run, so that the monitor is enabled all the same.");
            return;
        }

        throw new MonitoringException(ErrorId.ReleaseNotDeployed, reason, remedy, instance.ToString());
    }
}
