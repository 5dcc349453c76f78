using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Verification;

/// <summary>
/// Finds what scrapes in a cluster in the place of a Prometheus of the operator: it keeps no samples, or keeps them where this module has
/// no way to ask.
/// </summary>
internal sealed class OtherReaders(ClusterClient client, IActivitySink sink)
{
    private const string VictoriaMetrics = "operator.victoriametrics.com";

    private static readonly ResourceType[] Resources =
    [
        new(ResourceType.Prometheus.Group, "v1alpha1", "prometheusagents", "PrometheusAgent", true),
        new(VictoriaMetrics, "v1beta1", "vmagents", "VMAgent", true),
        new(VictoriaMetrics, "v1beta1", "vmsingles", "VMSingle", true),
    ];

    private static readonly ResourceType[] Workloads = [ResourceType.DaemonSet, ResourceType.Deployment, ResourceType.StatefulSet];

    /// <summary>Lists the readers: <c>PrometheusAgent/monitoring/agent</c>, <c>DaemonSet/observability/alloy</c>.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var lists = await Task
            .WhenAll(Resources.Concat(Workloads).Select(type => ListAsync(type, cancellationToken).ListIfPermittedAsync(sink)))
            .ConfigureAwait(false);
        return OtherReaderRule.Choose(
            [.. Resources.Zip(lists).SelectMany(item => item.Second.Select(value => (item.First.Kind, value)))],
            [.. Workloads.Zip(lists.Skip(Resources.Length)).SelectMany(item => item.Second.Select(value => (item.First.Kind, value)))]);
    }

    private async Task<IReadOnlyList<JsonElement>> ListAsync(ResourceType type, CancellationToken cancellationToken) =>
        await client.ListAsync(type, null, string.Empty, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
}

/// <summary>Which objects scrape: resources of operators, else workloads by their images.</summary>
internal static partial class OtherReaderRule
{
    /// <param name="resources">Resources that stand for a reader, each with its kind.</param>
    /// <param name="workloads">All workloads, each with its kind.</param>
    public static IReadOnlyList<string> Choose(
        IReadOnlyList<(string Kind, JsonElement Value)> resources,
        IReadOnlyList<(string Kind, JsonElement Value)> workloads) =>
        [
            .. (resources.Count > 0 ? resources : workloads.Where(item => IsReader(item.Value)))
                .Select(item => Describe(item.Kind, item.Value))
                .Order(StringComparer.Ordinal),
        ];

    // The operator makes a StatefulSet of a Prometheus resource, which is looked at by itself.
    private static bool IsReader(JsonElement workload) =>
        !workload.Member("metadata").Items("ownerReferences").Any(owner => owner.Text("kind") == ResourceType.Prometheus.Kind)
        && workload
            .Member("spec", "template")
            .Member("spec")
            .Items("containers")
            .Any(container => ReaderImage().IsMatch(container.Text("image") ?? string.Empty));

    private static string Describe(string kind, JsonElement value)
    {
        var metadata = value.Member("metadata");
        var urls = value.Member("spec").Items("remoteWrite").Select(write => write.Text("url")).OfType<string>();
        var hosts = urls
            .Select(url => Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.Host : null)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToList();
        var sends = hosts.Count > 0 ? $" (sends to {string.Join(", ", hosts)})" : string.Empty;
        return $"{kind}/{metadata.Text("namespace")}/{metadata.Text("name")}{sends}";
    }

    [GeneratedRegex(
        "(^|/)(alloy|grafana/agent|grafana-agent|vmagent|victoria-metrics|prometheus|prometheus-collector|opentelemetry-collector"
            + "|opentelemetry-collector-contrib|opentelemetry-collector-k8s)(:|@|$)",
        RegexOptions.None,
        1000)]
    private static partial Regex ReaderImage();
}
