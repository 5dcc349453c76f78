using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// What the Milvus chart renders for a release: names, labels and the ServiceMonitor.
/// Charts 3.0.1 to 5.0.19 contain two versions of the ServiceMonitor template, which render the same object: from 4.2.1 on the template
/// names the namespace, before that helm adds it.
/// </summary>
internal sealed record MilvusChart(string Release, string Namespace, string ChartVersion, string? AppVersion, JsonElement Values)
{
    /// <summary>The name of the chart; other charts are not Milvus.</summary>
    public const string Name = "milvus";

    /// <summary>The name of the port that a ServiceMonitor of Milvus scrapes.</summary>
    public const string MetricsPort = "metrics";

    /// <summary>The annotation with the release that owns an object.</summary>
    public const string ReleaseNameAnnotation = "meta.helm.sh/release-name";

    /// <summary>The annotation with the namespace of the release that owns an object.</summary>
    public const string ReleaseNamespaceAnnotation = "meta.helm.sh/release-namespace";

    /// <summary>
    /// The field manager of helm. This module applies the ServiceMonitor of a release as the same manager, because the object is Helm's by
    /// its metadata.
    /// With another manager a later <c>helm upgrade</c> of Helm 4 with other values would conflict, and labels that the chart no longer
    /// renders would stay.
    /// </summary>
    public const string FieldManager = "helm";

    private const int LongestName = 63;

    /// <summary>
    /// The labels of Services that become labels of series. Their selection tells the monitor of a subchart with an alias, which has no
    /// name of Milvus.
    /// </summary>
    public static IReadOnlyList<string> TargetLabels { get; } =
        ["app.kubernetes.io/name", "app.kubernetes.io/instance", "component"];

    /// <summary>The labels that the chart sets on a ServiceMonitor.</summary>
    public static IReadOnlySet<string> OwnLabels { get; } =
        new HashSet<string>
        {
            "helm.sh/chart",
            "app.kubernetes.io/name",
            "app.kubernetes.io/instance",
            "app.kubernetes.io/version",
            "app.kubernetes.io/managed-by",
            "component",
        };

    /// <summary>The name of the chart in its release: an alias, if Milvus is a subchart with one.</summary>
    public string ChartName { get; init; } = Name;

    /// <summary>Where the values of Milvus are among those of the release; empty if Milvus is the chart of the release itself.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>The chart of the release, which contains Milvus as a subchart; null if Milvus is that chart.</summary>
    public (string Name, string Version)? Parent { get; init; }

    /// <summary>Whether Milvus runs as a cluster of components.</summary>
    public bool IsCluster => Values.At("cluster", "enabled").IsTrue();

    /// <summary>Whether the pods of Milvus serve metrics.</summary>
    public bool ServesMetrics => Values.At("metrics", "enabled").IsTrue();

    /// <summary>Whether the values have Helm render the ServiceMonitor.</summary>
    public bool MakesMonitor => ServesMetrics && FindMonitorValue("enabled").IsTrue();

    /// <summary>The prefix of the names of most objects of the release.</summary>
    public string FullName =>
        Shorten(
            Values.Text("fullnameOverride") switch
            {
                { Length: > 0 } full => full,
                _ when Release.Contains(BaseName, StringComparison.Ordinal) => Release,
                _ => $"{Release}-{BaseName}",
            });

    /// <summary>The name of the ServiceMonitor.</summary>
    public string MonitorName => IsCluster ? FullName : FullName + "-standalone";

    public ResourceId MonitorId => ResourceType.ServiceMonitor.IdOf(Namespace, MonitorName);

    /// <summary>The scrape interval; null if the values leave it to Prometheus.</summary>
    public string? Interval => FindMonitorValue("interval") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>The scrape timeout; null if the values leave it to Prometheus.</summary>
    public string? ScrapeTimeout => FindMonitorValue("scrapeTimeout") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>The labels that the Services of the release have in common.</summary>
    public IReadOnlyDictionary<string, string> ServiceLabels
    {
        get
        {
            var labels = new Dictionary<string, string>
            {
                ["app.kubernetes.io/name"] = Application,
                ["app.kubernetes.io/instance"] = Release,
            };
            if (!IsCluster)
            {
                labels["component"] = "standalone";
            }

            return labels;
        }
    }

    /// <summary>The value of the label <c>app.kubernetes.io/name</c>.</summary>
    public string Application => Shorten(BaseName);

    /// <summary>The version of Milvus that the values set; null if they set none.</summary>
    public string? ConfiguredVersion => Values.At("image", "all", "tag") switch
    {
        { ValueKind: JsonValueKind.String } text when text.GetString() is { Length: > 0 } tag => tag,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private string BaseName => Values.Text("nameOverride") is { Length: > 0 } name ? name : ChartName;

    /// <summary>
    /// Finds the release of a monitor that helm or this module made from the chart; null for any other monitor.
    /// </summary>
    public static string? FindRelease(ObjectMetadata monitor) =>
        monitor.Labels.GetValueOrDefault("helm.sh/chart")?.StartsWith(Name + "-", StringComparison.Ordinal) is true
        && monitor.Annotations.GetValueOrDefault(ReleaseNamespaceAnnotation) == monitor.Namespace
            ? monitor.Annotations.GetValueOrDefault(ReleaseNameAnnotation)
            : null;

    /// <summary>
    /// The path of a value among those of the release: <c>metrics.serviceMonitor.enabled</c>, with the subcharts before it.
    /// </summary>
    public string PathOf(string value) => string.Concat(Path.Select(name => ExactNumbers.Escape(name) + ".")) + value;

    /// <summary>
    /// Finds a value of the ServiceMonitor for which the API server would refuse what the chart renders; null if there is none. The chart
    /// writes the values as they are, and the API server takes text only.
    /// </summary>
    /// <returns>The path of the value among those of the release, and its JSON.</returns>
    public (string Path, string Json)? FindInvalidValue()
    {
        var settings = Values.At("metrics", "serviceMonitor");
        if (settings.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null))
        {
            return (PathOf("metrics.serviceMonitor"), settings.GetRawText());
        }

        foreach (var name in (string[])["interval", "scrapeTimeout"])
        {
            if (FindMonitorValue(name) is { ValueKind: not JsonValueKind.String } value && value.IsTrue())
            {
                return (PathOf($"metrics.serviceMonitor.{name}"), value.GetRawText());
            }
        }

        var labels = FindMonitorValue("additionalLabels");
        if (labels.ValueKind != JsonValueKind.Object)
        {
            return labels.IsTrue() ? (PathOf("metrics.serviceMonitor.additionalLabels"), labels.GetRawText()) : null;
        }

        return labels
            .EnumerateObject()
            .Where(label => label.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
            .Select(label => ((string, string)?)(
                PathOf($"metrics.serviceMonitor.additionalLabels.{ExactNumbers.Escape(label.Name)}"),
                label.Value.GetRawText()))
            .FirstOrDefault();
    }

    /// <summary>
    /// Renders the ServiceMonitor as the chart renders it and helm applies it: with its namespace and the metadata of Helm's ownership.
    /// </summary>
    public JsonObject RenderMonitor() => new()
    {
        ["apiVersion"] = "monitoring.coreos.com/v1",
        ["kind"] = "ServiceMonitor",
        ["metadata"] = new JsonObject
        {
            ["name"] = MonitorName,
            ["namespace"] = Namespace,
            ["labels"] = RenderLabels(),
            ["annotations"] = new JsonObject { [ReleaseNameAnnotation] = Release, [ReleaseNamespaceAnnotation] = Namespace },
        },
        ["spec"] = new JsonObject
        {
            ["endpoints"] = new JsonArray(RenderEndpoint()),
            ["namespaceSelector"] = new JsonObject { ["matchNames"] = new JsonArray(Namespace) },
            ["selector"] = new JsonObject { ["matchLabels"] = CreateObject(ServiceLabels) },
            ["targetLabels"] = new JsonArray([.. TargetLabels.Select(label => JsonValue.Create(label))]),
        },
    };

    private JsonObject RenderLabels()
    {
        var labels = CreateObject(ServiceLabels);
        labels["helm.sh/chart"] = Shorten($"{ChartName}-{ChartVersion.Replace('+', '_')}");
        labels[MilvusLabels.ManagedBy] = MilvusLabels.HelmManager;
        if (AppVersion is not null)
        {
            labels["app.kubernetes.io/version"] = AppVersion;
        }

        if (FindMonitorValue("additionalLabels") is { ValueKind: JsonValueKind.Object } additional)
        {
            // The template writes the label of the component after the additional ones.
            foreach (var label in additional.EnumerateObject().Where(label => IsCluster || label.Name != MilvusLabels.Component))
            {
                labels[label.Name] = JsonNode.Parse(label.Value.GetRawText());
            }
        }

        return labels;
    }

    private JsonObject RenderEndpoint()
    {
        var endpoint = new JsonObject { ["port"] = MetricsPort, ["path"] = "/metrics", ["honorLabels"] = true };
        if (Interval is not null)
        {
            endpoint["interval"] = Interval;
        }

        if (ScrapeTimeout is not null)
        {
            endpoint["scrapeTimeout"] = ScrapeTimeout;
        }

        return endpoint;
    }

    private JsonElement FindMonitorValue(string name) => Values.At("metrics", "serviceMonitor", name);

    private static JsonObject CreateObject(IReadOnlyDictionary<string, string> labels) =>
        new(labels.Select(label => KeyValuePair.Create<string, JsonNode?>(label.Key, label.Value)));

    /// <summary>Shortens as the chart does: <c>trunc 63 | trimSuffix "-"</c>.</summary>
    private static string Shorten(string name)
    {
        var cut = name.Length > LongestName ? name[..LongestName] : name;
        return cut.EndsWith('-') ? cut[..^1] : cut;
    }
}
