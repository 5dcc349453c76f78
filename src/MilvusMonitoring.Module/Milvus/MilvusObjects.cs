using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Milvus;

/// <summary>The labels and annotations by which the objects of a Milvus are recognised.</summary>
internal static partial class MilvusLabels
{
    public const string Name = "app.kubernetes.io/name";
    public const string Instance = "app.kubernetes.io/instance";
    public const string Version = "app.kubernetes.io/version";
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string HelmManager = "Helm";
    public const string Chart = "helm.sh/chart";
    public const string Component = "component";
    public const string OperatorComponent = "app.kubernetes.io/component";
    public const string FluxReleaseName = "helm.toolkit.fluxcd.io/name";
    public const string FluxReleaseNamespace = "helm.toolkit.fluxcd.io/namespace";
    public const string FluxKustomizationName = "kustomize.toolkit.fluxcd.io/name";
    public const string FluxKustomizationNamespace = "kustomize.toolkit.fluxcd.io/namespace";
    public const string ArgoInstance = "argocd.argoproj.io/instance";
    public const string ArgoTracking = "argocd.argoproj.io/tracking-id";

    /// <summary>Splits the label of a chart, such as <c>milvus-5.0.19</c>; null if it has no version.</summary>
    public static (string Name, string Version)? ParseChart(string? label) =>
        label is not null && ChartLabel().Match(label) is { Success: true } match ? (match.Groups[1].Value, match.Groups[2].Value) : null;

    [GeneratedRegex("^(.+?)-(v?[0-9].*)$", RegexOptions.None, 1000)]
    private static partial Regex ChartLabel();
}

/// <summary>A port of a Service, or of a container.</summary>
/// <param name="Target">The name or number of the container's port.</param>
internal sealed record MilvusServicePort(string Name, long Number, string Target)
{
    /// <summary>The port of Milvus's metrics, which no value of the chart changes.</summary>
    public const long MetricsNumber = 9091;

    /// <summary>Whether the metrics of a container are at a port, given by name or number.</summary>
    public bool IsAt(string target) => target == Target || target == $"{MetricsNumber}";
}

/// <summary>A Service, as far as it tells of a Milvus.</summary>
internal sealed record MilvusService(
    string Namespace,
    string Name,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations,
    IReadOnlyDictionary<string, string> Selector,
    IReadOnlyList<MilvusServicePort> Ports,
    string? OperatorResource)
{
    private const string ServicePort = "milvus";
    private const long ServiceNumber = 19530;

    /// <summary>The name of the Milvus: that of the pods, since Argo CD rewrites the label of the Service for its tracking.</summary>
    public string Instance => Selector.GetValueOrDefault(MilvusLabels.Instance) ?? Labels.GetValueOrDefault(MilvusLabels.Instance) ?? Name;

    /// <summary>The name of the application: that of the chart, unless an alias or <c>nameOverride</c> replaces it.</summary>
    public string Application =>
        Selector.GetValueOrDefault(MilvusLabels.Name) ?? Labels.GetValueOrDefault(MilvusLabels.Name) ?? string.Empty;

    /// <summary>The Helm release that owns the Service, by its annotations; null for none.</summary>
    public string? Release =>
        Annotations.GetValueOrDefault(MilvusChart.ReleaseNamespaceAnnotation) == Namespace
            ? Annotations.GetValueOrDefault(MilvusChart.ReleaseNameAnnotation)
            : null;

    /// <summary>The port that serves metrics; null for none.</summary>
    public MilvusServicePort? MetricsPort =>
        Ports.FirstOrDefault(port => port.Name == MilvusChart.MetricsPort)
        ?? Ports.FirstOrDefault(port => port.Name.Contains(MilvusChart.MetricsPort, StringComparison.Ordinal))
        ?? Ports.FirstOrDefault(port => port.Number == MilvusServicePort.MetricsNumber || port.Target == "9091");

    /// <summary>Whether the clients of Milvus connect to it.</summary>
    public bool IsMain => Ports.Any(port => port.Name == ServicePort || port.Number == ServiceNumber);

    /// <summary>Whether its labels, or else its ports, are those of a Milvus.</summary>
    public bool IsOfMilvus =>
        Application == MilvusChart.Name
        || MilvusLabels.ParseChart(Labels.GetValueOrDefault(MilvusLabels.Chart))?.Name == MilvusChart.Name
        || (IsMain && MetricsPort is not null);

    public static MilvusService? From(JsonElement json)
    {
        var metadata = json.Member("metadata");
        var spec = json.Member("spec");
        if (metadata.Text("name") is not { } name || metadata.Text("namespace") is not { } place)
        {
            return null;
        }

        var owner = metadata.Items("ownerReferences").FirstOrDefault(owner => owner.Text("kind") == MilvusTypes.OperatorMilvus.Kind);
        var labels = metadata.TextMap("labels");
        var isOperated = labels.GetValueOrDefault(MilvusLabels.ManagedBy) == "milvus-operator";
        return new MilvusService(
            place,
            name,
            labels,
            metadata.TextMap("annotations"),
            spec.TextMap("selector"),
            [.. spec.Items("ports").Select(ReadPort)],
            owner.Text("name") ?? (isOperated ? labels.GetValueOrDefault(MilvusLabels.Instance) : null));
    }

    private static MilvusServicePort ReadPort(JsonElement port)
    {
        var number = port.Number("port") ?? 0;
        var target = port.Text("targetPort") ?? $"{port.Number("targetPort") ?? number}";
        return new MilvusServicePort(port.Text("name") ?? string.Empty, number, target);
    }
}

/// <summary>A pod of a Milvus.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Image">The image of Milvus.</param>
/// <param name="IsRunning">Whether it runs, and is not ending.</param>
internal sealed record ObservedPod(string Namespace, IReadOnlyDictionary<string, string> Labels, string? Image, bool IsRunning)
{
    public string? Instance => Labels.GetValueOrDefault(MilvusLabels.Instance);

    /// <summary>The ports of its containers that serve metrics of Milvus.</summary>
    public IReadOnlyList<MilvusServicePort> MetricsPorts { get; init; } = [];

    public string Application => Labels.GetValueOrDefault(MilvusLabels.Name) ?? string.Empty;

    /// <summary>The tag of <c>registry:5000/milvusdb/milvus:v2.6.15@sha256:…</c>; null for an image without one.</summary>
    public static string? FindTag(string? image)
    {
        var file = image?.Split('@')[0].Split('/')[^1].Split(':');
        return file is [_, { Length: > 0 } tag] ? tag : null;
    }

    public static ObservedPod From(JsonElement json)
    {
        var metadata = json.Member("metadata");
        var images = json.Member("spec").Items("containers").Select(container => container.Text("image")).OfType<string>().ToList();
        return new ObservedPod(
            metadata.Text("namespace") ?? string.Empty,
            metadata.TextMap("labels"),
            images.Find(IsMilvus) ?? images.FirstOrDefault(),
            json.Member("status").Text("phase") == "Running" && metadata.Text("deletionTimestamp") is null)
        {
            MetricsPorts =
            [
                .. json.Member("spec")
                    .Items("containers")
                    .SelectMany(container => container.Items("ports"))
                    .Select(port => (Name: port.Text("name") ?? string.Empty, Number: port.Number("containerPort") ?? 0))
                    .Where(port => port.Name == MilvusChart.MetricsPort || port.Number == MilvusServicePort.MetricsNumber)
                    .Select(port => new MilvusServicePort(port.Name, port.Number, $"{port.Number}")),
            ],
        };
    }

    private static bool IsMilvus(string image) => image.Split('@')[0].Split('/')[^1].Split(':')[0] == MilvusChart.Name;
}

/// <summary>The Services and pods of one Milvus in one namespace.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Instance">The name of the Milvus.</param>
/// <param name="Application">The name of the application.</param>
/// <param name="Services">Its Services; empty if the caller may not read them.</param>
/// <param name="Pods">Its pods; null if the caller may not read them.</param>
internal sealed record MilvusObjects(
    string Namespace,
    string Instance,
    string Application,
    IReadOnlyList<MilvusService> Services,
    IReadOnlyList<ObservedPod>? Pods)
{
    private static readonly string[] SelectorLabels = [MilvusLabels.Name, MilvusLabels.Instance];

    /// <summary>The Services that serve metrics.</summary>
    public IReadOnlyList<MilvusService> Scraped => [.. Services.Where(service => service.MetricsPort is not null)];

    /// <summary>The Helm release that owns the Services, by their annotations; null for none.</summary>
    public string? Release => Services.Select(service => service.Release).FirstOrDefault(release => release is not null);

    /// <summary>The resource of the Milvus Operator that owns the Services; null for none.</summary>
    public string? OperatorResource => Services.Select(service => service.OperatorResource).FirstOrDefault(owner => owner is not null);

    /// <summary>The chart that the labels name, with its version; null for none.</summary>
    public (string Name, string Version)? Chart => MilvusLabels.ParseChart(FindLabel(MilvusLabels.Chart));

    /// <summary>The version that the labels name; null for none.</summary>
    public string? LabelledVersion => FindLabel(MilvusLabels.Version);

    /// <summary>The number of running pods; null if the caller may not read them.</summary>
    public int? RunningPods => Pods?.Count(pod => pod.IsRunning);

    /// <summary>The tags of the images that run; null for none.</summary>
    public string? RunningVersion
    {
        get
        {
            var tags = (Pods ?? [])
                .Where(pod => pod.IsRunning)
                .Select(pod => ObservedPod.FindTag(pod.Image))
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .ToList();
            return tags.Count == 0 ? null : string.Join(", ", tags);
        }
    }

    /// <summary>Whether Milvus runs in one pod.</summary>
    public bool IsStandalone =>
        Services
            .SelectMany(service => new[] { service.Labels, service.Selector })
            .Concat((Pods ?? []).Select(pod => pod.Labels))
            .SelectMany(labels => new[] { MilvusLabels.Component, MilvusLabels.OperatorComponent }.Select(labels.GetValueOrDefault))
            .OfType<string>()
            .Where(component => component != "attu")
            .All(component => component == "standalone");

    /// <summary>The prefix of the chart's names: the name of the Service for clients.</summary>
    public string FullName =>
        Services.OrderByDescending(service => service.IsMain).Select(service => service.Name).FirstOrDefault() ?? Instance;

    /// <summary>The name of the ServiceMonitor that the chart would render.</summary>
    public string MonitorName => IsStandalone ? $"{FullName}-standalone" : FullName;

    /// <summary>
    /// The labels that select the Services with metrics and no others: those that the chart selects by, as far as the Services have them,
    /// or else all that the Services have in common. Empty if there is nothing to select by.
    /// </summary>
    public IReadOnlyDictionary<string, string> CommonLabels
    {
        get
        {
            var scraped = Scraped;
            if (scraped.Count == 0)
            {
                return new Dictionary<string, string>();
            }

            var common = scraped[0].Labels
                .Where(label => scraped.All(service => service.Labels.GetValueOrDefault(label.Key) == label.Value))
                .ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal);
            var usual = common
                .Where(label => SelectorLabels.Contains(label.Key) || (IsStandalone && label.Key == MilvusLabels.Component))
                .ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal);
            return usual.ContainsKey(MilvusLabels.Instance)
                ? usual
                : common
                    .Where(label => label.Key is not (MilvusLabels.Chart or MilvusLabels.Version or MilvusLabels.ManagedBy))
                    .ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal);
        }
    }

    /// <summary>The value that Argo CD's tracking wrote over the label of the instance; null if it has the chart's value.</summary>
    public string? RewrittenInstance =>
        Services
            .Where(service => service.Selector.ContainsKey(MilvusLabels.Instance))
            .Select(service => service.Labels.GetValueOrDefault(MilvusLabels.Instance))
            .FirstOrDefault(label => label is not null && label != Instance);

    /// <summary>Finds a label that a Service has.</summary>
    public string? FindLabel(string key) =>
        Services.Select(service => service.Labels.GetValueOrDefault(key)).FirstOrDefault(value => value is not null);

    /// <summary>Finds an annotation that a Service has.</summary>
    public string? FindAnnotation(string key) =>
        Services.Select(service => service.Annotations.GetValueOrDefault(key)).FirstOrDefault(value => value is not null);
}
