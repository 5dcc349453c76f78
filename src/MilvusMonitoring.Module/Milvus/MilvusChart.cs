using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// What the Milvus chart makes of a release: names, labels and its ServiceMonitor.
/// Charts 3.0.1 to 5.0.19 have but two texts of the ServiceMonitor, and both come to the same object: from 4.2.1 on it names its namespace,
/// before that helm does.
/// </summary>
internal sealed record MilvusChart(string Release, string Namespace, string ChartVersion, string? AppVersion, JsonElement Values)
{
    /// <summary>The chart's name; other charts are not Milvus.</summary>
    public const string Name = "milvus";

    /// <summary>The name of the port that a ServiceMonitor of Milvus scrapes.</summary>
    public const string MetricsPort = "metrics";

    /// <summary>The annotation by which Helm knows whose an object is.</summary>
    public const string ReleaseNameAnnotation = "meta.helm.sh/release-name";

    /// <summary>The annotation by which Helm knows where the release of an object lives.</summary>
    public const string ReleaseNamespaceAnnotation = "meta.helm.sh/release-namespace";

    /// <summary>
    /// The field manager that helm applies as, and so the one that a ServiceMonitor of a release is applied as, whoever does it: the object
    /// is Helm's by its metadata.
    /// As another manager's its fields would be conflicts to a later <c>helm upgrade</c> of Helm 4 that wants other values, and labels that
    /// helm leaves out would stay.
    /// </summary>
    public const string FieldManager = "helm";

    private const int LongestName = 63;

    /// <summary>The labels that the chart itself gives to a ServiceMonitor.</summary>
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

    /// <summary>Whether Milvus runs as a cluster of components.</summary>
    public bool IsCluster => Values.At("cluster", "enabled").IsTrue();

    /// <summary>Whether its pods serve metrics.</summary>
    public bool ServesMetrics => Values.At("metrics", "enabled").IsTrue();

    /// <summary>Whether Helm itself keeps the ServiceMonitor.</summary>
    public bool MakesMonitor => ServesMetrics && Monitor("enabled").IsTrue();

    /// <summary>The name that most of its objects begin with.</summary>
    public string FullName =>
        Values.Text("fullnameOverride") is { Length: > 0 } full ? Shortened(full)
        : Release.Contains(BaseName, StringComparison.Ordinal) ? Shortened(Release)
        : Shortened($"{Release}-{BaseName}");

    /// <summary>The ServiceMonitor's name.</summary>
    public string MonitorName => IsCluster ? FullName : FullName + "-standalone";

    /// <summary>Which ServiceMonitor it is.</summary>
    public ResourceId MonitorId => new("monitoring.coreos.com", "ServiceMonitor", Namespace, MonitorName);

    /// <summary>How often it is scraped; null where the values leave that to Prometheus.</summary>
    public string? Interval => Monitor("interval") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>How long a scrape may take; null where the values leave that to Prometheus.</summary>
    public string? ScrapeTimeout => Monitor("scrapeTimeout") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>The labels that the Services of the release have in common.</summary>
    public IReadOnlyDictionary<string, string> ServiceLabels
    {
        get
        {
            var labels = new Dictionary<string, string>
            {
                ["app.kubernetes.io/name"] = Shortened(BaseName),
                ["app.kubernetes.io/instance"] = Release,
            };
            if (!IsCluster)
            {
                labels["component"] = "standalone";
            }

            return labels;
        }
    }

    private string BaseName => Values.Text("nameOverride") is { Length: > 0 } name ? name : Name;

    /// <summary>
    /// Whose release a monitor belongs to, whether this module or helm has made it; null where it is no monitor of the chart's.
    /// </summary>
    public static string? ReleaseOf(ObjectMetadata monitor) =>
        monitor.Labels.GetValueOrDefault("helm.sh/chart")?.StartsWith(Name + "-", StringComparison.Ordinal) is true
        && monitor.Annotations.GetValueOrDefault(ReleaseNamespaceAnnotation) == monitor.Namespace
            ? monitor.Annotations.GetValueOrDefault(ReleaseNameAnnotation)
            : null;

    /// <summary>
    /// The ServiceMonitor, as the chart renders it and helm applies it: with its namespace and the metadata by which helm knows it as its
    /// own.
    /// </summary>
    public JsonObject RenderMonitor() => new()
    {
        ["apiVersion"] = "monitoring.coreos.com/v1",
        ["kind"] = "ServiceMonitor",
        ["metadata"] = new JsonObject
        {
            ["name"] = MonitorName,
            ["namespace"] = Namespace,
            ["labels"] = MonitorLabels(),
            ["annotations"] = new JsonObject { [ReleaseNameAnnotation] = Release, [ReleaseNamespaceAnnotation] = Namespace },
        },
        ["spec"] = new JsonObject
        {
            ["endpoints"] = new JsonArray(Endpoint()),
            ["namespaceSelector"] = new JsonObject { ["matchNames"] = new JsonArray(Namespace) },
            ["selector"] = new JsonObject { ["matchLabels"] = Object(ServiceLabels) },
            ["targetLabels"] = new JsonArray("app.kubernetes.io/name", "app.kubernetes.io/instance", "component"),
        },
    };

    private JsonObject MonitorLabels()
    {
        var labels = Object(ServiceLabels);
        labels["helm.sh/chart"] = Shortened($"{Name}-{ChartVersion.Replace('+', '_')}");
        labels["app.kubernetes.io/managed-by"] = "Helm";
        if (AppVersion is not null)
        {
            labels["app.kubernetes.io/version"] = AppVersion;
        }

        if (Monitor("additionalLabels") is { ValueKind: JsonValueKind.Object } additional)
        {
            foreach (var label in additional.EnumerateObject())
            {
                labels[label.Name] = JsonNode.Parse(label.Value.GetRawText());
            }
        }

        return labels;
    }

    private JsonObject Endpoint()
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

    private JsonElement Monitor(string name) => Values.At("metrics", "serviceMonitor", name);

    private static JsonObject Object(IReadOnlyDictionary<string, string> labels) =>
        new(labels.Select(label => KeyValuePair.Create<string, JsonNode?>(label.Key, label.Value)));

    /// <summary>As the chart's <c>trunc 63 | trimSuffix "-"</c>.</summary>
    private static string Shortened(string name)
    {
        var cut = name.Length > LongestName ? name[..LongestName] : name;
        return cut.EndsWith('-') ? cut[..^1] : cut;
    }
}
