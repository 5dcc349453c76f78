using System.Text.RegularExpressions;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;

namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>
/// Writes the expressions of panels: which series the variables of a dashboard select, and how they become one for each pod before anything
/// is summed, because several monitors may scrape one pod.
/// </summary>
/// <param name="versions">The versions of Milvus that run.</param>
/// <param name="isNarrowed">Whether the chosen pods, databases and collections narrow the series, and not only the chosen Milvus.</param>
internal sealed partial class PanelScope(IReadOnlyList<MilvusVersion> versions, bool isNarrowed)
{
    public const string Interval = "$__rate_interval";

    public const string DatabaseLabel = "db_name";
    public const string CollectionLabel = "collection_name";

    /// <summary>The matchers of everything that belongs to the chosen Milvus.</summary>
    public const string Milvus = $"{MilvusSeries.NamespaceLabel}=~\"$namespace\",{MilvusSeries.InstanceLabel}=~\"$instance\"";

    /// <summary>The labels that tell one Milvus from another.</summary>
    public const string Identity = $"{MilvusSeries.NamespaceLabel}, {MilvusSeries.InstanceLabel}";

    /// <summary>The labels in which the replicas of a coordinator differ: only one of them works.</summary>
    private const string OnceOfReplicas =
        "max without (pod, instance, node_id, job, service, endpoint, container, component, app_kubernetes_io_component)";

    private static readonly string[] Coordinators = ["milvus_rootcoord_", "milvus_querycoord_", "milvus_datacoord_"];

    /// <summary>Whether one of the versions has every metric of Milvus that an expression names, or may have it.</summary>
    public bool HasAll(string expression) => MetricNames()
        .Matches(expression)
        .All(name => MilvusMetrics.Find(name.Value) is { } metric && versions.Any(version => metric.IsIn(version) != false));

    /// <summary>Selects the series of a metric, or of one of the series of a histogram.</summary>
    /// <param name="series">Their name.</param>
    /// <param name="matchers">More matchers, with commas.</param>
    public string Select(string series, string matchers = "")
    {
        var all = new List<string> { Milvus };
        if (isNarrowed && !IsOfCoordinator(series))
        {
            all.Add("pod=~\"$pod\"");
        }

        if (isNarrowed && HasLabel(series, DatabaseLabel))
        {
            all.Add($"{DatabaseLabel}=~\"$database\"");
        }

        if (isNarrowed && HasLabel(series, CollectionLabel))
        {
            all.Add($"{CollectionLabel}=~\"$collection\"");
        }

        return $"{series}{{{string.Join(',', matchers.Length > 0 ? all.Append(matchers) : all)}}}";
    }

    /// <summary>The series that name the collections of the chosen database, also those without traffic.</summary>
    public string SelectCollections()
    {
        const string Series = "milvus_rootcoord_entity_num";
        return HasLabel(Series, DatabaseLabel)
            ? $"{Series}{{{Milvus},{DatabaseLabel}=~\"$database\"}}"
            : $"{Series}{{{Milvus}}}";
    }

    /// <summary>The values of a gauge, one for each pod, or one for all replicas of a coordinator.</summary>
    public string Each(string gauge, string matchers = "") => $"{OnceOf(gauge)} ({Select(gauge, matchers)})";

    /// <summary>How often per second; of a histogram how many values.</summary>
    public string Rate(string metric, string matchers = "") => RateOf(IsHistogram(metric) ? $"{metric}_count" : metric, matchers);

    /// <summary>How often per second, summed by labels.</summary>
    public string SumRate(string metric, string by, string matchers = "") => $"sum{By(by)} ({Rate(metric, matchers)})";

    /// <summary>How often per second operations fail, summed by labels; 0 for those that never failed and have no series.</summary>
    public string SumFailures(string counter, string by, string matchers = "status=\"fail\"") =>
        $"({SumRate(counter, by, matchers)} or 0 * {SumRate(counter, by, "status=\"total\"")})";

    /// <summary>What of an expression is above 0; 0 with a label of the value "none" if nothing is.</summary>
    public string AboveNothing(string expression, string label) =>
        $"{expression} > 0 or label_replace({Nothing} unless on () ({expression} > 0), \"{label}\", \"none\", \"\", \"\")";

    /// <summary>A series of the value 0 that is there as long as a target of the chosen Milvus answers.</summary>
    public string Nothing => $"0 * max({Select("milvus_build_info")})";

    /// <summary>How much of what a histogram measures comes per second, summed by labels.</summary>
    public string SumVolume(string histogram, string by, string matchers = "") => $"sum{By(by)} ({RateOf($"{histogram}_sum", matchers)})";

    /// <summary>The sum of a gauge by labels.</summary>
    public string Sum(string gauge, string by, string matchers = "") => $"sum{By(by)} ({Each(gauge, matchers)})";

    /// <summary>The largest of a gauge by labels.</summary>
    public string Max(string gauge, string by, string matchers = "") => $"max{By(by)} ({Each(gauge, matchers)})";

    /// <summary>How far the times that a gauge holds are ahead of the clock at the scrape; the furthest by labels.</summary>
    public string MaxAhead(string gauge, string by) =>
        $"max{By(by)} ({OnceOf(gauge)} ({Select(gauge)} - timestamp({Select(gauge)})))";

    /// <summary>A quantile of a histogram by labels; NaN without traffic.</summary>
    public string Quantile(double quantile, string histogram, string by, string matchers = "")
    {
        var buckets = $"sum{By(by.Length > 0 ? $"{by}, le" : "le")} ({RateOf($"{histogram}_bucket", matchers)})";
        return $"histogram_quantile({PromText.Format(quantile)}, {buckets})";
    }

    /// <summary>The queries of the slowest hundredth and of the half.</summary>
    public PanelQuery[] Latency(string histogram, string by, string matchers = "")
    {
        var labels = string.Join(' ', by.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(label => $"{{{{{label}}}}}"));
        return
        [
            new($"p99 {labels}".TrimEnd(), Quantile(0.99, histogram, by, matchers)),
            new($"p50 {labels}".TrimEnd(), Quantile(0.5, histogram, by, matchers)),
        ];
    }

    /// <summary>Keeps of an expression what belongs to pods of the chosen Milvus, also to those that have just ended.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="by">The labels by which it belongs.</param>
    public string OfMilvus(string expression, string by) =>
        $"{expression} and on ({by}) max_over_time({Select("milvus_build_info")}[1h])";

    private string RateOf(string series, string matchers) => $"{OnceOf(series)} (rate({Select(series, matchers)}[{Interval}]))";

    private static string By(string labels) => labels.Length > 0 ? $" by ({labels})" : string.Empty;

    private static string OnceOf(string series) => IsOfCoordinator(series) ? OnceOfReplicas : MilvusSeries.Once;

    private static bool IsOfCoordinator(string series) =>
        Array.Exists(Coordinators, prefix => series.StartsWith(prefix, StringComparison.Ordinal));

    private static bool IsHistogram(string metric) => MilvusMetrics.Find(metric)?.Type == MetricType.Histogram;

    /// <summary>Whether the series have a label in every version that has them.</summary>
    private bool HasLabel(string series, string label) =>
        MilvusMetrics.Find(series) is { } metric && versions.All(version => metric.ListLabels(version).Contains(label));

    [GeneratedRegex(@"\bmilvus_\w+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MetricNames();
}
