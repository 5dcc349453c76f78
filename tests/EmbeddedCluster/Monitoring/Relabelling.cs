using System.Text.Json.Nodes;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Monitoring;

/// <summary>
/// The relabelling steps that the operator writes: keep what the monitor selects, then name namespace, service, pod and the labels that are
/// asked for.
/// </summary>
internal static class Relabelling
{
    /// <summary>A Kubernetes label's key as a label of Prometheus.</summary>
    public static string Safe(string key) => string.Concat(key.Select(each => char.IsAsciiLetterOrDigit(each) ? each : '_'));

    public static IReadOnlyList<string> OfServices(JsonObject monitor, JsonObject endpoint) =>
    [
        "{source_labels: [job], target_label: __tmp_prometheus_job_name}",
        .. Selected(monitor, "service"),
        $"{{action: keep, source_labels: [__meta_kubernetes_endpointslice_port_name], regex: \"{endpoint.Text("port")}\"}}",
        .. Named(("namespace", "namespace"), ("service_name", "service"), ("pod_name", "pod"), ("service_name", "job")),
        .. Taken(monitor, "targetLabels", "service"),
        $"{{target_label: endpoint, replacement: \"{endpoint.Text("port")}\"}}",
    ];

    public static IReadOnlyList<string> OfPods(JsonObject monitor, JsonObject endpoint) =>
    [
        "{source_labels: [job], target_label: __tmp_prometheus_job_name}",
        .. Selected(monitor, "pod"),
        $"{{action: keep, source_labels: [__meta_kubernetes_pod_container_port_name], regex: \"{endpoint.Text("port")}\"}}",
        .. Named(("namespace", "namespace"), ("pod_name", "pod")),
        .. Taken(monitor, "podTargetLabels", "pod"),
        $"{{target_label: job, replacement: \"{monitor.Child("metadata").Text("namespace")}/{monitor.Child("metadata").Text("name")}\"}}",
        $"{{target_label: endpoint, replacement: \"{endpoint.Text("port")}\"}}",
    ];

    private static IEnumerable<string> Selected(JsonObject monitor, string what) =>
        monitor
            .Child("spec")
            .Child("selector")
            .Child("matchLabels")
            .Select(label =>
                $"{{action: keep, source_labels: [__meta_kubernetes_{what}_label_{Safe(label.Key)}, "
                    + $"__meta_kubernetes_{what}_labelpresent_{Safe(label.Key)}], regex: \"({label.Value});true\"}}"
            );

    private static IEnumerable<string> Named(params (string Source, string Target)[] labels) =>
        labels.Select(label => $"{{source_labels: [__meta_kubernetes_{label.Source}], target_label: {label.Target}}}");

    private static IEnumerable<string> Taken(JsonObject monitor, string field, string what) =>
        (monitor.Child("spec")[field] as JsonArray ?? [])
            .Select(label => Safe((string)label!))
            .Select(label =>
                $"{{source_labels: [__meta_kubernetes_{what}_label_{label}], target_label: {label}, regex: (.+), replacement: \"${{1}}\"}}"
            );
}
