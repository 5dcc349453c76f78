using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Milvus;

/// <summary>A ServiceMonitor or PodMonitor as it is in the cluster.</summary>
internal sealed partial record LiveMonitor(ResourceType Type, JsonElement Json, ObjectMetadata Metadata)
{
    private const string MetricsPath = "/metrics";

    public ResourceId Id => new(Type.Group, Type.Kind, Metadata.Namespace, Metadata.Name);

    public JsonElement Spec => Json.Member("spec");

    public JsonElement Selector => Spec.Member("selector");

    /// <summary>The scrape endpoints of each selected object.</summary>
    public IReadOnlyList<JsonElement> Endpoints =>
        [.. Spec.Items(Type.Kind == ResourceType.PodMonitor.Kind ? "podMetricsEndpoints" : "endpoints")];

    /// <summary>The names of the scraped ports.</summary>
    public IReadOnlySet<string> Ports =>
        Endpoints.Select(endpoint => endpoint.Text("port")).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Whether an endpoint is the metrics of Milvus at a port: other endpoints of the same pods, such as a sidecar's, are not.
    /// </summary>
    public bool Scrapes(MilvusServicePort port) => Endpoints.Any(endpoint =>
    {
        var target = endpoint.Text("targetPort") ?? Number("targetPort") ?? Number("portNumber");
        return (endpoint.Text("path") ?? MetricsPath) == MetricsPath
            && (endpoint.Text("port") is { } name ? name == port.Name : target is not null && port.IsAt(target));

        string? Number(string member) => endpoint.Number(member)?.ToString(CultureInfo.InvariantCulture);
    });

    /// <summary>The namespaces in which the monitor selects; null among them for all.</summary>
    public IReadOnlyList<string?> TargetNamespaces
    {
        get
        {
            var selector = Spec.Member("namespaceSelector");
            if (selector.Member("any").ValueKind == JsonValueKind.True)
            {
                return [null];
            }

            List<string?> names = [.. selector.Texts("matchNames")];
            return names.Count > 0 ? names : [Metadata.Namespace];
        }
    }

    /// <summary>The Milvus that its annotation, its selector or its label names; null if none does.</summary>
    public string? Instance =>
        Metadata.Annotations.GetValueOrDefault(FittedMonitor.InstanceAnnotation)
        ?? Selector.Member("matchLabels").Text("app.kubernetes.io/instance")
        ?? Metadata.Labels.GetValueOrDefault("app.kubernetes.io/instance");

    /// <summary>Whether it monitors a Milvus: the chart, the Operator, or a user with the usual selector made it.</summary>
    public bool IsOfMilvus =>
        ChartLabel().IsMatch(Metadata.Labels.GetValueOrDefault("helm.sh/chart") ?? string.Empty)
        || Selector.Member("matchLabels").Text("app.kubernetes.io/name") == MilvusChart.Name
        || Metadata.Labels.GetValueOrDefault(FittedMonitor.MarkLabel) == MilvusChart.Name
        || Spec.Texts("targetLabels").SequenceEqual(MilvusChart.TargetLabels)
        || IsOperated;

    /// <summary>Whether the Milvus Operator owns it.</summary>
    public bool IsOperated =>
        Json.Member("metadata")
            .Items("ownerReferences")
            .Any(owner =>
                owner.Text("kind") == "Milvus" && owner.Text("apiVersion")?.StartsWith("milvus.io/", StringComparison.Ordinal) is true);

    /// <summary>Whether this module applied it for a Milvus without a record of Helm.</summary>
    public bool IsFitted =>
        Metadata.Annotations.GetValueOrDefault(MilvusChart.ReleaseNameAnnotation) is null
        && Metadata.Managers.Any(manager => manager.IsOurs);

    /// <summary>Whether helm 3 wrote it, and nobody has changed it since: helm 3 creates and updates objects without an apply.</summary>
    public bool IsOfHelmOnly =>
        Metadata.Managers.Count > 0
        && Metadata.Managers.All(manager => manager is { Manager: MilvusChart.FieldManager, Operation: "Update" });

    /// <summary>Reads a monitor; null if the object is no Kubernetes object.</summary>
    public static LiveMonitor? From(ResourceType type, JsonElement json) =>
        ObjectMetadataReader.FromMetadata(json.Member("metadata")) is { } metadata ? new LiveMonitor(type, json, metadata) : null;

    /// <summary>Whether Helm counts it as an object of the release.</summary>
    public bool IsOfRelease(string release) =>
        Metadata.Annotations.GetValueOrDefault(MilvusChart.ReleaseNameAnnotation) == release
        && Metadata.Annotations.GetValueOrDefault(MilvusChart.ReleaseNamespaceAnnotation) == Metadata.Namespace;

    [GeneratedRegex("^milvus-[0-9]", RegexOptions.None, 1000)]
    private static partial Regex ChartLabel();
}
