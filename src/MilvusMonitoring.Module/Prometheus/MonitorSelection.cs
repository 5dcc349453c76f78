using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Prometheus;

/// <summary>Why a Prometheus resource does not select an object.</summary>
/// <param name="Reason">The reason as text that follows the resource's name.</param>
/// <param name="Labels">The labels that the object lacks; empty if labels on the object do not help.</param>
internal sealed record PassedOver(string Reason, IReadOnlyDictionary<string, string> Labels);

/// <summary>
/// The rule by which a Prometheus resource selects monitors and PrometheusRules, and an Alertmanager resource its AlertmanagerConfigs: a
/// selector on their labels, and a selector on the labels of their namespaces. A missing selector selects nothing, and an empty selector
/// selects everything. A missing namespace selector selects the namespace of the resource itself.
/// </summary>
internal static class MonitorSelection
{
    /// <summary>Finds the reason why a resource does not select an object.</summary>
    /// <param name="prometheus">The Prometheus or Alertmanager resource.</param>
    /// <param name="kind"><c>ServiceMonitor</c>, <c>PodMonitor</c>, <c>PrometheusRule</c> or <c>AlertmanagerConfig</c>.</param>
    /// <param name="namespaceName">The object's namespace.</param>
    /// <param name="labels">The object's labels.</param>
    /// <param name="namespaceLabels">The labels of the object's namespace; null if they could not be read.</param>
    /// <returns>The reason; null if the resource selects the object.</returns>
    public static PassedOver? FindRefusal(
        JsonElement prometheus,
        string kind,
        string namespaceName,
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, string>? namespaceLabels)
    {
        var field = kind == "PrometheusRule" ? "rule" : $"{char.ToLowerInvariant(kind[0])}{kind[1..]}";
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

    /// <summary>Finds the labels that an object needs so that a Prometheus resource selects it.</summary>
    /// <returns>The labels that the object lacks, empty if it is selected as it is; null if labels do not help.</returns>
    public static IReadOnlyDictionary<string, string>? FindMissingLabels(
        JsonElement prometheus,
        string kind,
        string namespaceName,
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, string>? namespaceLabels)
    {
        if (FindRefusal(prometheus, kind, namespaceName, labels, namespaceLabels) is not { } passedOver)
        {
            return new Dictionary<string, string>();
        }

        var all = new Dictionary<string, string>(labels, StringComparer.Ordinal);
        foreach (var (name, value) in passedOver.Labels)
        {
            all[name] = value;
        }

        return passedOver.Labels.Count > 0 && FindRefusal(prometheus, kind, namespaceName, all, namespaceLabels) is null
            ? passedOver.Labels.Where(label => labels.GetValueOrDefault(label.Key) != label.Value).ToDictionary(StringComparer.Ordinal)
            : null;
    }
}
