using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// Finds the Milvus charts in the record of a release: the chart of the release, or subcharts at any depth. A record has the values of all
/// charts, but the metadata of the outermost chart only. What it has rendered names the charts below, and so do the Services.
/// </summary>
internal static partial class ChartsInRelease
{
    /// <summary>What the chart of Milvus sets by default: a record may have the values of a subchart without its defaults.</summary>
    private static readonly JsonElement Defaults = JsonDocument.Parse(
        """
        {"cluster":{"enabled":true},
         "metrics":{"enabled":true,"serviceMonitor":{"enabled":false,"interval":"30s","scrapeTimeout":"10s","additionalLabels":{}}}}
        """).RootElement.Clone();

    /// <summary>
    /// Whether a release of a chart named <c>milvus</c> was made from another publisher's chart: one with other values, or with the
    /// marks of another publisher.
    /// </summary>
    public static bool IsOtherChart(HelmRecord record)
    {
        if (record.ChartName != MilvusChart.Name || ListDependencies(record).Any(IsMilvus))
        {
            return false;
        }

        // The Milvus chart depends on charts of other publishers, such as etcd.
        if (record.ChartMetadata.ValueKind == JsonValueKind.Object
            && record.ChartMetadata
                .EnumerateObject()
                .Any(member => member.Name != "dependencies" && OtherPublishers().IsMatch(member.Value.GetRawText())))
        {
            return true;
        }

        var publisher = record.ChartMetadata.Text("home")
            + string.Concat(record.ChartMetadata.Texts("sources"))
            + string.Concat(record.ChartMetadata.Items("maintainers").Select(maintainer => maintainer.GetRawText()));
        var isOwn = publisher.Length == 0 || OwnPublisher().IsMatch(publisher);
        return !isOwn || !HasOwnValues(record.Values);
    }

    /// <summary>Lists the Milvus charts of a release, each with its values.</summary>
    /// <param name="record">The revision that is in effect.</param>
    /// <param name="namespaceName">The namespace of the release.</param>
    /// <param name="observed">The objects of Milvus that the release owns.</param>
    public static IReadOnlyList<MilvusChart> List(HelmRecord record, string namespaceName, IReadOnlyList<MilvusObjects> observed)
    {
        if (record.ChartName == MilvusChart.Name && !ListDependencies(record).Any(IsMilvus))
        {
            return [new MilvusChart(record.Name, namespaceName, record.ChartVersion, record.AppVersion, record.Values)];
        }

        var paths = ListPaths(record, observed);
        return [.. paths.Select(path => CreateSubchart(record, namespaceName, path, observed))];
    }

    private static List<string[]> ListPaths(HelmRecord record, IReadOnlyList<MilvusObjects> observed)
    {
        var names = observed
            .Select(objects => objects.Chart?.Name)
            .OfType<string>()
            .Append(MilvusChart.Name)
            .ToHashSet(StringComparer.Ordinal);
        var paths = ListDependencies(record)
            .Where(dependency => IsMilvus(dependency) && !IsOtherPublisher(dependency))
            .Where(dependency => IsEnabled(record.Values, dependency))
            .Select(dependency => new[] { NameOf(dependency) })
            .Concat(ListRenderedPaths(record.RenderedCharts, names))
            .DistinctBy(path => string.Join('/', path))
            .ToList();
        if (paths.Count > 0 || observed.Count == 0)
        {
            return paths;
        }

        // Values alone prove nothing: a client of Milvus has values of that name too. Services of the release do.
        var dependencies = ListDependencies(record).Select(NameOf).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. SearchValues(record.Values, [], names)
                .Where(path => path.Length > 1 && (dependencies.Count == 0 || dependencies.Contains(path[0])))
                .OrderBy(path => path.Length)
                .Take(observed.Count),
        ];
    }

    private static IEnumerable<string[]> ListRenderedPaths(IReadOnlyList<string> charts, HashSet<string> names) =>
        charts
            .Select(chart => chart.Split("/charts/").Skip(1).ToArray())
            .Where(path => path.Length > 0 && names.Contains(path[^1]));

    private static IEnumerable<string[]> SearchValues(JsonElement values, string[] above, HashSet<string> names)
    {
        if (values.ValueKind != JsonValueKind.Object || above.Length == SelectedValues.Deepest)
        {
            return [];
        }

        return values
            .EnumerateObject()
            .Where(member => member.Value.ValueKind == JsonValueKind.Object && member.Name != "global")
            .SelectMany(member =>
            {
                string[] path = [.. above, member.Name];
                return names.Contains(member.Name) ? [path] : SearchValues(member.Value, path, names);
            });
    }

    private static MilvusChart CreateSubchart(
        HelmRecord record,
        string namespaceName,
        string[] path,
        IReadOnlyList<MilvusObjects> observed)
    {
        var objects = observed.FirstOrDefault(objects => objects.Chart?.Name == path[^1])
            ?? (observed.Count == 1 ? observed[0] : null);
        return new MilvusChart(
            record.Name,
            namespaceName,
            objects?.Chart?.Version ?? FindVersion(record, path[0]) ?? "unknown",
            objects?.LabelledVersion,
            HelmValues.Coalesce(Defaults, record.Values.At(path)))
        {
            ChartName = path[^1],
            Path = path,
            Parent = (record.ChartName, record.ChartVersion),
        };
    }

    private static string? FindVersion(HelmRecord record, string name)
    {
        var dependency = ListDependencies(record).FirstOrDefault(dependency => NameOf(dependency) == name);
        var locked = record.ChartLock.Items("dependencies").FirstOrDefault(locked => locked.Text("name") == dependency.Text("name"));
        return locked.Text("version") ?? dependency.Text("version");
    }

    private static IEnumerable<JsonElement> ListDependencies(HelmRecord record) => record.ChartMetadata.Items("dependencies");

    private static bool IsMilvus(JsonElement dependency) => dependency.Text("name") == MilvusChart.Name;

    private static bool IsOtherPublisher(JsonElement dependency) =>
        OtherPublishers().IsMatch(dependency.Text("repository") ?? string.Empty);

    private static string NameOf(JsonElement dependency) =>
        dependency.Text("alias") is { Length: > 0 } alias ? alias : dependency.Text("name") ?? string.Empty;

    /// <summary>
    /// Whether a dependency is installed, as Helm decides it: the first of its conditions that has a value counts, or else its tags, of
    /// which one that is set has to be true.
    /// </summary>
    private static bool IsEnabled(JsonElement values, JsonElement dependency)
    {
        foreach (var condition in (dependency.Text("condition") ?? string.Empty).Split(',', StringSplitOptions.TrimEntries))
        {
            if (condition.Length > 0 && values.At(condition.Split('.')).ValueKind is var kind
                && kind is JsonValueKind.True or JsonValueKind.False)
            {
                return kind == JsonValueKind.True;
            }
        }

        var tags = dependency
            .Texts("tags")
            .Select(tag => values.At("tags", tag).ValueKind)
            .Where(kind => kind is JsonValueKind.True or JsonValueKind.False)
            .ToList();
        return tags.Count == 0 || tags.Contains(JsonValueKind.True);
    }

    /// <summary>Whether values have the shape of the Milvus chart; a record without values tells nothing.</summary>
    private static bool HasOwnValues(JsonElement values) =>
        !values.IsTrue()
        || values.Member("cluster").ValueKind == JsonValueKind.Object
        || values.Member("standalone").ValueKind == JsonValueKind.Object
        || values.At("image", "all").ValueKind == JsonValueKind.Object;

    [GeneratedRegex("bitnami|broadcom|vmware|tanzuCategory", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OtherPublishers();

    [GeneratedRegex("milvus\\.io|milvus-io|zilliz", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OwnPublisher();
}
