using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>
/// The links between a Milvus and its monitor: it is deployed and serves metrics, the monitor is there, it selects something to scrape, and
/// that is ready.
/// </summary>
internal static class InstanceRules
{
    private const int MostNamed = 5;

    /// <summary>Whether an instance is deployed and serves metrics.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="remedies">The commands of this cluster.</param>
    public static Finding Instance(MilvusInstance instance, Remedies remedies)
    {
        var target = $"Milvus/{instance}";
        if (instance.ManagedBy == MilvusManager.Helm && instance.Status != "deployed")
        {
            return Finding.Failed(
                target,
                $"the Helm release is not deployed but {instance.Status} (revision {instance.Revision})",
                Remedies.InWords(
                    $"See helm history {instance.Name} --namespace {instance.Namespace}, and mend it with helm upgrade or helm rollback."));
        }

        if (!instance.MetricsEnabled)
        {
            return instance.ManagedBy == MilvusManager.Helm
                ? Finding.Failed(
                    target,
                    "metrics.enabled is false",
                    Remedies.InWords(
                        $"Set it: helm upgrade {instance.Name} milvus/milvus --namespace {instance.Namespace} --version {instance.ChartVersion} --reuse-values --set metrics.enabled=true"
                    ))
                : Finding.Failed(target, "spec.components.disableMetric is true", remedies.Enable(instance.Name, instance.Namespace));
        }

        var detail = $"{instance.Mode} {instance.AppVersion}, {instance.Status}, serves metrics";
        return instance.ManagedBy == MilvusManager.Operator && instance.Status != "Healthy"
            ? Finding.Warning(target, $"the Milvus Operator says {instance.Status}")
            : Finding.Passed(target, detail);
    }

    /// <summary>What is wrong with a monitor itself.</summary>
    /// <param name="id">The monitor.</param>
    /// <param name="endpoints">How often and how long each of its endpoints is scraped.</param>
    /// <param name="remedy">What makes it anew.</param>
    public static Finding Monitor(ResourceId id, IReadOnlyList<(string? Interval, string? Timeout)> endpoints, string remedy) =>
        endpoints.Count == 0 ? Finding.Failed(id.ToString(), "names no endpoint to scrape", remedy)
        : endpoints
            .Select(endpoint => ScrapeDuration.Problem(endpoint.Interval, endpoint.Timeout))
            .FirstOrDefault(problem => problem is not null)
            is { } problem
            ? Finding.Failed(id.ToString(), problem, remedy)
        : Finding.Passed(id.ToString(), $"scrapes every {endpoints[0].Interval ?? "interval of Prometheus"}");

    /// <summary>Whether a monitor selects something with the port that it names.</summary>
    /// <param name="id">The monitor.</param>
    /// <param name="selector">Its selector, in text.</param>
    /// <param name="targets">What it selects.</param>
    /// <param name="others">The Services of the instance that it should select; none where there are none either.</param>
    /// <param name="remedy">What brings the monitor back to the chart's selector.</param>
    public static Finding Service(ResourceId id, string selector, MonitorTargets targets, IReadOnlyList<string> others, string remedy)
    {
        var kind = id.Kind == "PodMonitor" ? "pod" : "Service";
        var ports = string.Join(" or ", targets.Ports.Select(port => $"'{port}'"));
        var scraped = targets.Scraped.ToList();
        if (scraped.Count > 0)
        {
            return Finding.Passed(
                kind == "pod" ? id.ToString() : $"Service/{scraped[0].Namespace}/{scraped[0].Name}",
                $"{Count(scraped.Count, kind)} with a port named {ports}");
        }

        if (targets.Selected.Count > 0)
        {
            var there = targets.Selected[0];
            var names = string.Join(", ", there.Ports.Where(port => port.Length > 0).DefaultIfEmpty("none"));
            return Finding.Failed(
                $"{(kind == "pod" ? "Pod" : kind)}/{there.Namespace}/{there.Name}",
                $"no port of it is named {ports}, as {id.Kind} asks; named are: {names}",
                others.Count > 0 ? remedy : Remedies.InWords($"Name its port {ports}: repair the release with helm upgrade."));
        }

        return Finding.Failed(
            id.ToString(),
            $"selects no {kind}: none has the labels {selector}{(others.Count > 0 ? $", while {string.Join(", ", others)} would be the one" : string.Empty)}",
            others.Count > 0 ? remedy : Remedies.InWords($"There is no such {kind}: repair the release with helm upgrade."));
    }

    /// <summary>Whether anything ready is behind what a monitor selects.</summary>
    /// <param name="target">What the monitor selects.</param>
    /// <param name="endpoints">The endpoints; null where the caller may not see them.</param>
    /// <param name="trouble">What the pods say; null where they say nothing.</param>
    public static Finding Endpoints(string target, IReadOnlyList<MonitorEndpoint>? endpoints, string? trouble)
    {
        if (endpoints is null)
        {
            return Finding.Unknown(target, "the caller may not see its endpoints");
        }

        var waiting = endpoints.Where(endpoint => !endpoint.IsReady).Select(endpoint => endpoint.Pod).ToList();
        var ready = endpoints.Count - waiting.Count;
        var detail = $"{ready} of {endpoints.Count} ready{(trouble is null ? string.Empty : "; " + trouble)}";
        return waiting.Count == 0 && ready > 0
            ? Finding.Passed(target, detail)
            : Finding.Failed(
                target,
                waiting.Count == 0 ? "has no endpoints: no pod is behind it" : detail,
                Remedies.InWords(
                    waiting.Count == 0
                        ? "Start the pods of Milvus, and see that the Service selects them."
                        : $"Have these pods become ready: {string.Join(", ", waiting.Take(MostNamed))}{(waiting.Count > MostNamed ? " and more" : string.Empty)}"
                ));
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
