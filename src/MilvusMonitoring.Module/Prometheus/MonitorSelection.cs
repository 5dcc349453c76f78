using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Prometheus;

/// <summary>Why a Prometheus resource does not select a monitor.</summary>
/// <param name="Reason">The reason as text that follows the resource's name.</param>
/// <param name="Labels">The labels that the monitor lacks; empty if labels on the monitor do not help.</param>
internal sealed record PassedOver(string Reason, IReadOnlyDictionary<string, string> Labels);

/// <summary>
/// The rule by which a Prometheus resource selects monitors, and an Alertmanager resource its AlertmanagerConfigs: a selector on their
/// labels, and a selector on the labels of their namespaces. A missing selector selects nothing, and an empty selector selects everything.
/// A missing namespace selector selects the namespace of the resource itself.
/// </summary>
internal static class MonitorSelection
{
    /// <summary>Finds the reason why a Prometheus resource does not select a monitor.</summary>
    /// <param name="prometheus">The Prometheus or Alertmanager resource.</param>
    /// <param name="kind"><c>ServiceMonitor</c>, <c>PodMonitor</c> or <c>AlertmanagerConfig</c>.</param>
    /// <param name="namespaceName">The monitor's namespace.</param>
    /// <param name="labels">The monitor's labels.</param>
    /// <param name="namespaceLabels">The labels of the monitor's namespace; null if they could not be read.</param>
    /// <returns>The reason; null if the Prometheus resource selects the monitor.</returns>
    public static PassedOver? FindRefusal(
        JsonElement prometheus,
        string kind,
        string namespaceName,
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, string>? namespaceLabels)
    {
        var field = $"{char.ToLowerInvariant(kind[0])}{kind[1..]}";
        var (spec, metadata) = (prometheus.Member("spec"), prometheus.Member("metadata"));
        var selector = spec.Member(field + "Selector");
        if (selector.ValueKind != JsonValueKind.Object)
        {
            return new PassedOver($"has no {field}Selector", new Dictionary<string, string>());
        }

        if (!LabelSelector.Selects(selector, labels))
        {
            var wanted = LabelSelector.ReadWanted(selector);
            var helps = LabelSelector.Selects(
                selector,
                labels.Concat(wanted).GroupBy(label => label.Key).ToDictionary(label => label.Key, label => label.Last().Value));
            return new PassedOver($"selects {LabelSelector.Describe(selector)}", helps ? wanted : new Dictionary<string, string>());
        }

        var namespaceSelector = spec.Member(field + "NamespaceSelector");
        if (namespaceSelector.ValueKind != JsonValueKind.Object)
        {
            return metadata.Text("namespace") == namespaceName
                ? null
                : new PassedOver("selects in its own namespace only", new Dictionary<string, string>());
        }

        var isSelected = !namespaceSelector.EnumerateObject().Any()
            || LabelSelector.Selects(namespaceSelector, namespaceLabels ?? new Dictionary<string, string>());
        return isSelected
            ? null
            : new PassedOver(
                $"selects in namespaces with {LabelSelector.Describe(namespaceSelector)} only",
                new Dictionary<string, string>());
    }
}
