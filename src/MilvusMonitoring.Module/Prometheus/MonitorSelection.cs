using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Prometheus;

/// <summary>Why a Prometheus resource passes a monitor over.</summary>
/// <param name="Reason">In words, after the resource's name.</param>
/// <param name="Labels">Labels that the monitor would have to get; empty where labels on it do not help.</param>
internal sealed record PassedOver(string Reason, IReadOnlyDictionary<string, string> Labels);

/// <summary>
/// The rule by which a Prometheus resource takes monitors up: selectors on their labels and on those of their namespaces. No selector
/// selects nothing, an empty one everything; no namespace selector means its own namespace.
/// </summary>
internal static class MonitorSelection
{
    /// <summary>Applies the rule.</summary>
    /// <param name="prometheus">The Prometheus resource.</param>
    /// <param name="kind"><c>ServiceMonitor</c> or <c>PodMonitor</c>.</param>
    /// <param name="namespaceName">The monitor's namespace.</param>
    /// <param name="labels">The monitor's labels.</param>
    /// <param name="namespaceLabels">The labels of its namespace; null where they could not be read.</param>
    /// <returns>Why it is passed over; null where it is taken up.</returns>
    public static PassedOver? FindRefusal(
        JsonElement prometheus,
        string kind,
        string namespaceName,
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, string>? namespaceLabels)
    {
        var field = kind == "PodMonitor" ? "podMonitor" : "serviceMonitor";
        var (spec, metadata) = (prometheus.Member("spec"), prometheus.Member("metadata"));
        var selector = spec.Member(field + "Selector");
        if (selector.ValueKind != JsonValueKind.Object)
        {
            return new PassedOver($"has no {field}Selector", new Dictionary<string, string>());
        }

        if (!LabelSelector.Selects(selector, labels))
        {
            var wanted = selector.TextMap("matchLabels");
            var helps = LabelSelector.Selects(
                selector,
                labels.Concat(wanted).GroupBy(label => label.Key).ToDictionary(label => label.Key, label => label.Last().Value));
            return new PassedOver($"selects {LabelSelector.Describe(selector)}", helps ? wanted : new Dictionary<string, string>());
        }

        var places = spec.Member(field + "NamespaceSelector");
        var reason =
            places.ValueKind != JsonValueKind.Object
                ? metadata.Text("namespace") == namespaceName
                    ? null
                    : "looks in its own namespace only"
                : places.EnumerateObject().Any() && !LabelSelector.Selects(places, namespaceLabels ?? new Dictionary<string, string>())
                    ? $"looks in namespaces with {LabelSelector.Describe(places)} only"
                    : null;
        return reason is null ? null : new PassedOver(reason, new Dictionary<string, string>());
    }
}
