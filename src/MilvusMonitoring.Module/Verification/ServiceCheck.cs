using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>The monitor selects something with the port that it names.</summary>
internal sealed class ServiceCheck : ICheck
{
    public string DescribeTarget(CheckContext context) => context.Monitor?.Id.ToString() ?? "Service";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Monitor is not { } monitor)
        {
            return null;
        }

        context.Targets = await context.Monitors.ReadTargetsAsync(monitor, cancellationToken).ConfigureAwait(false);
        var others = context.Found?.Chart is { } chart && !context.Targets.Scraped.Any()
            ? await context.Monitors.ListServicesAsync(chart, cancellationToken).ConfigureAwait(false)
            : [];
        var selector = LabelSelector.Describe(monitor.Selector);
        if (context.Targets.Selected.Count == 0 && context.Found?.Objects is { RewrittenInstance: { } rewritten } objects)
        {
            return ServiceRule.DescribeRewritten(monitor.Id, selector, objects.Services.Select(service => service.Name), rewritten);
        }

        return ServiceRule.Evaluate(monitor.Id, selector, context.Targets, others, context.WriteRepairCommand());
    }
}

/// <summary>Whether a monitor selects something with the port that it names.</summary>
internal static class ServiceRule
{
    /// <summary>Describes Services whose label of the instance Argo CD has rewritten, so that the chart's selector misses them.</summary>
    public static Finding DescribeRewritten(ResourceId id, string selector, IEnumerable<string> services, string rewritten) =>
        Finding.Failed(
            id.ToString(),
            $"selects no Service: none has the labels {selector}; Service {string.Join(", ", services)} has "
                + $"{MilvusLabels.Instance}={rewritten}, which Argo CD writes to track its objects",
            Remedies.DescribeManual(
                "Set application.resourceTrackingMethod to annotation in the ConfigMap argocd-cm, and sync the Application again."));

    /// <param name="id">The monitor.</param>
    /// <param name="selector">Its selector, in text.</param>
    /// <param name="targets">What it selects.</param>
    /// <param name="others">The Services of the Milvus that the monitor should select.</param>
    /// <param name="remedy">What restores the chart's selector.</param>
    public static Finding Evaluate(ResourceId id, string selector, MonitorTargets targets, IReadOnlyList<string> others, string remedy)
    {
        var kind = id.Kind == ResourceType.PodMonitor.Kind ? ResourceType.Pod.Kind : ResourceType.Service.Kind;
        var noun = kind == ResourceType.Pod.Kind ? "pod" : kind;
        var ports = string.Join(" or ", targets.Ports.Select(port => $"'{port}'"));
        if (targets.Scraped.ToList() is [var first, ..] scraped)
        {
            return Finding.Passed(
                kind == ResourceType.Pod.Kind ? id.ToString() : $"{kind}/{first.Namespace}/{first.Name}",
                $"{Quantity.Describe(scraped.Count, noun)} with a port named {ports}");
        }

        if (targets.Selected is [var selected, ..])
        {
            var names = string.Join(", ", selected.Ports.Where(port => port.Length > 0).DefaultIfEmpty("none"));
            return Finding.Failed(
                $"{kind}/{selected.Namespace}/{selected.Name}",
                $"has no port named {ports}, which {id.Kind} asks for; its port names: {names}",
                others.Count > 0 ? remedy : Remedies.DescribeManual($"Name its port {ports}: repair the release with helm upgrade."));
        }

        var candidates = others.Count > 0 ? $", while {string.Join(", ", others)} would be the one" : string.Empty;
        return Finding.Failed(
            id.ToString(),
            $"selects no {noun}: none has the labels {selector}{candidates}",
            others.Count > 0 ? remedy : Remedies.DescribeManual($"There is no such {noun}: repair the release with helm upgrade."));
    }
}
