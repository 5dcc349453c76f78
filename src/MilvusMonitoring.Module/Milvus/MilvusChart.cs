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
                ["app.kubernetes.io/name"] = Shorten(BaseName),
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
    /// Finds the release of a monitor that helm or this module made from the chart; null for any other monitor.
    /// </summary>
    public static string? FindRelease(ObjectMetadata monitor) =>
        monitor.Labels.GetValueOrDefault("helm.sh/chart")?.StartsWith(Name + "-", StringComparison.Ordinal) is true
        && monitor.Annotations.GetValueOrDefault(ReleaseNamespaceAnnotation) == monitor.Namespace
            ? monitor.Annotations.GetValueOrDefault(ReleaseNameAnnotation)
            : null;

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
            ["targetLabels"] = new JsonArray("app.kubernetes.io/name", "app.kubernetes.io/instance", "component"),
        },
    };

    private JsonObject RenderLabels()
    {
        var labels = CreateObject(ServiceLabels);
        labels["helm.sh/chart"] = Shorten($"{Name}-{ChartVersion.Replace('+', '_')}");
        labels["app.kubernetes.io/managed-by"] = "Helm";
        if (AppVersion is not null)
        {
            labels["app.kubernetes.io/version"] = AppVersion;
        }

        if (FindMonitorValue("additionalLabels") is { ValueKind: JsonValueKind.Object } additional)
        {
            foreach (var label in additional.EnumerateObject())
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
