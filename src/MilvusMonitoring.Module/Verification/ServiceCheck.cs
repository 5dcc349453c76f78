using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>The monitor selects something with the port that it scrapes.</summary>
internal sealed class ServiceCheck : ICheck
{
    public string DescribeTarget(CheckContext context) => context.Monitor?.Id.ToString() ?? "Service";

    public async Task<Finding?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Used is not [var monitor, ..])
        {
            return context.Jobs.Count > 0 || context.HasOnlyAddress
                ? Finding.Skipped(DescribeTarget(context), "no monitor selects Services")
                : null;
        }

        if (monitor.Endpoints.Count == 0)
        {
            return null;
        }

        var rule = await context.GetReachRuleAsync().ConfigureAwait(false);
        var reach = rule.Evaluate(context.Used);
        if (reach.Selected.Count == 0 && context.ReadDenial is { } denial)
        {
            throw denial;
        }

        var candidates = reach.Scraped.Count == 0 ? rule.ListServices() : [];
        var isOfChart = candidates.Count > 0 && monitor.Id == context.Found?.MonitorId && context.Found.Chart is { } chart
            && candidates.Any(service => chart.ServiceLabels.All(label => GetLabels(service).GetValueOrDefault(label.Key) == label.Value));
        return ServiceRule.Evaluate(monitor, context.InstanceNamespace, reach, candidates, isOfChart ? context.WriteRepairCommand() : null);
    }

    private static IReadOnlyDictionary<string, string> GetLabels(JsonElement service) => service.Member("metadata").TextMap("labels");
}

/// <summary>Whether a monitor selects something with the port that it scrapes.</summary>
internal static class ServiceRule
{
    private const string TrackingLabel = MilvusLabels.Instance;

    /// <param name="monitor">The monitor.</param>
    /// <param name="place">The namespace of the Milvus.</param>
    /// <param name="reach">What it reaches.</param>
    /// <param name="candidates">The Services that lead to the pods of the Milvus.</param>
    /// <param name="repair">The command that restores the chart's selector; null if that does not help.</param>
    public static Finding Evaluate(
        LiveMonitor monitor,
        string place,
        MonitorReach reach,
        IReadOnlyList<JsonElement> candidates,
        string? repair)
    {
        var (id, kind) = (monitor.Id, SelectedKind.Of(monitor.Type));
        var isPod = kind == ResourceType.Pod.Kind;
        var noun = isPod ? "pod" : kind;
        var ports = ScrapePort.Describe(monitor.Endpoints.Select(ScrapePort.From));
        if (reach.Scraped is [var first, ..] scraped)
        {
            return Finding.Passed(
                isPod ? id.ToString() : $"{kind}/{place}/{first.Name}",
                $"{Quantity.Describe(scraped.Count, noun)} with a port {ports}");
        }

        if (reach.Selected is [var selected, ..])
        {
            return Finding.Failed(
                $"{kind}/{place}/{selected.Name}",
                $"has no port {ports}, which {id.Kind} asks for; its port names: {ReachRule.JoinPorts(selected.Ports)}",
                repair ?? Remedies.DescribeManual($"Give it a port {ports}, or name one of its ports in {id}."));
        }

        if (monitor.TargetNamespaces.All(target => target is not null && target != place))
        {
            return Finding.Failed(
                id.ToString(),
                $"selects in namespace {string.Join(", ", monitor.TargetNamespaces)} only, and the Milvus is in {place}",
                Remedies.DescribeManual($"Add {place} to the namespaceSelector of {id}."));
        }

        var selector = LabelSelector.Describe(monitor.Selector);
        return Finding.Failed(
            id.ToString(),
            $"selects no {noun}: none has the labels {selector}{DescribeCandidates(monitor, candidates)}",
            repair ?? Remedies.DescribeManual(DescribeRemedy(monitor, noun, candidates)));
    }

    private static string DescribeCandidates(LiveMonitor monitor, IReadOnlyList<JsonElement> candidates)
    {
        if (candidates.Count == 0)
        {
            return string.Empty;
        }

        var names = string.Join(", ", candidates.Select(GetName).Order(StringComparer.Ordinal));
        var differing = ListDiffering(monitor, candidates[0]).Select(label => $"{label.Key}={label.Value ?? "(none)"}").ToList();
        var labels = differing.Count > 0 ? $"; {GetName(candidates[0])} has {string.Join(", ", differing)}" : string.Empty;
        return $", while {names} would be the one{labels}";
    }

    private static string DescribeRemedy(LiveMonitor monitor, string noun, IReadOnlyList<JsonElement> candidates)
    {
        if (candidates.Count == 0)
        {
            return $"There is no such {noun}: repair the release with helm upgrade.";
        }

        // Argo CD writes the name of its Application into this label of every object that it applies, and leaves the pods as they are.
        var isTracked = ListDiffering(monitor, candidates[0]).Any(label => label is { Key: TrackingLabel, Value: not null });
        return isTracked
            ? $"Argo CD tracks objects by the label {TrackingLabel} unless its application.resourceTrackingMethod is annotation: set that, "
                + $"or select in {monitor.Id} what the Service has."
            : $"Select in {monitor.Id} the labels of the Service, or give the Service the labels that it selects.";
    }

    private static IEnumerable<(string Key, string? Value)> ListDiffering(LiveMonitor monitor, JsonElement service)
    {
        var labels = service.Member("metadata").TextMap("labels");
        return monitor.Selector
            .TextMap("matchLabels")
            .Where(wanted => labels.GetValueOrDefault(wanted.Key) != wanted.Value)
            .Select(wanted => (wanted.Key, labels.GetValueOrDefault(wanted.Key)));
    }

    private static string GetName(JsonElement service) => service.Member("metadata").Text("name") ?? string.Empty;
}
