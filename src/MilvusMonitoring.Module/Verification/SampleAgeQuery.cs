using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MilvusMonitoring.Json;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Verification;

/// <summary>The newest sample of a series.</summary>
/// <param name="Labels">The labels by which dashboards find the series, and those of its target.</param>
/// <param name="Age">Its age by the clock of Prometheus.</param>
internal sealed record SampleAge(IReadOnlyDictionary<string, string> Labels, TimeSpan Age)
{
    /// <summary>Whether its labels tell from which target it comes.</summary>
    public bool HasSource =>
        !string.IsNullOrEmpty(Labels.GetValueOrDefault("instance")) || !string.IsNullOrEmpty(Labels.GetValueOrDefault("pod"));
}

/// <summary>Asks a Prometheus how old its samples of pods are.</summary>
internal static class SampleAgeQuery
{
    // Only Milvus has the first two; every component of Milvus has the third. A monitor may drop all three; Prometheus itself writes the
    // last for every target.
    private static readonly string[] Metrics = ["milvus_rootcoord_proxy_num", "milvus_proxy_req_count", "go_info"];
    private const string OwnMetric = "scrape_samples_post_metric_relabeling";

    /// <summary>Lists the age of the newest sample of each target, of the first of <see cref="Metrics"/> that the target has.</summary>
    public static async Task<IReadOnlyList<SampleAge>> ListAsync(
        PrometheusApi api,
        IReadOnlyList<ScrapedPod> pods,
        CancellationToken cancellationToken) =>
        ReadAges(await api.QueryAsync(Write(pods), cancellationToken).ConfigureAwait(false));

    /// <summary>Writes the query.</summary>
    public static string Write(IReadOnlyList<ScrapedPod> pods)
    {
        var labels = string.Join(',', SamplesRule.DashboardLabels.Concat(["job", "instance"]));
        var selectors = SeriesSelector.List(pods);
        var series = Metrics
            .SelectMany(metric => selectors.Select(selector => $"timestamp({metric}{{{selector}}})"))
            .Concat(selectors.Select(selector =>
                $"(timestamp({OwnMetric}{{{selector}}}) and {OwnMetric}{{{selector}}}>0)"));
        return string.Join(" or on(job,instance,namespace,pod) ", series.Select(item => $"time()-max by({labels})({item})"));
    }

    /// <summary>Reads the ages of samples, from a response whose values are seconds.</summary>
    public static IReadOnlyList<SampleAge> ReadAges(JsonElement data) => [.. data.Items("result").Select(ReadAge).OfType<SampleAge>()];

    private static SampleAge? ReadAge(JsonElement result) =>
        result.Items("value").ElementAtOrDefault(1) is { ValueKind: JsonValueKind.String } text
        && double.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
            ? new SampleAge(result.TextMap("metric"), TimeSpan.FromSeconds(seconds))
            : null;
}

/// <summary>Writes the selectors of the series of pods.</summary>
internal static class SeriesSelector
{
    /// <summary>Lists selectors that together select every series of the pods.</summary>
    /// <remarks>
    /// Relabelling may set <c>instance</c> to what other jobs have too, such as the node, so that the job is selected as well.
    /// </remarks>
    public static IReadOnlyList<string> List(IReadOnlyList<ScrapedPod> pods)
    {
        var selectors = new List<string>();
        var targets = pods.SelectMany(pod => pod.Targets).ToList();
        var instances = targets.Select(target => target.Labels.GetValueOrDefault("instance")).OfType<string>().Select(Regex.Escape);
        if (targets.Count > 0)
        {
            var jobs = targets.Select(target => target.Labels.GetValueOrDefault("job")).Distinct(StringComparer.Ordinal).ToList();
            var job = jobs.Contains(null) ? string.Empty : $",job=~\"{Join(jobs.OfType<string>().Select(Regex.Escape))}\"";
            selectors.Add($"instance=~\"{Join(instances)}\"{job}");
        }

        var unseen = pods.Where(pod => pod.Targets.Count == 0).Select(pod => pod.Pod).ToList();
        if (unseen.SelectMany(pod => pod.Addresses).ToList() is { Count: > 0 } addresses)
        {
            selectors.Add($"instance=~\"{Join(addresses.Select(address => $"\\[?{Regex.Escape(address)}\\]?(:[0-9]+)?"))}\"");
        }

        if (unseen.Count > 0)
        {
            var names = Join(unseen.Select(pod => Regex.Escape(pod.Name)));
            selectors.Add($"namespace=\"{unseen[0].Namespace}\",pod=~\"{names}\"");
        }

        return selectors;
    }

    /// <summary>Writes the expression that shows whether the targets are up.</summary>
    /// <param name="pods">The pods.</param>
    /// <param name="job">The job if the targets do not show theirs; null if it is not known.</param>
    public static string Show(IReadOnlyList<ScrapedPod> pods, string? job)
    {
        var targets = pods.SelectMany(pod => pod.Targets).Select(target => target.Labels).ToList();
        var jobs = targets.Select(labels => labels.GetValueOrDefault("job") ?? job).OfType<string>().DefaultIfEmpty(job).OfType<string>();
        var places = targets.Select(labels => labels.GetValueOrDefault("namespace")).OfType<string>();
        var selectors = new[] { Select("job", jobs), Select("namespace", places) }.OfType<string>();
        return $"up{{{string.Join(',', selectors)}}}";
    }

    private static string? Select(string label, IEnumerable<string> values) => values.Distinct(StringComparer.Ordinal).ToList() switch
    {
        [] => null,
        [var only] => $"{label}=\"{Quote(only)}\"",
        var several => $"{label}=~\"{Join(several.Select(Regex.Escape))}\"",
    };

    private static string Join(IEnumerable<string> patterns) => Quote(string.Join('|', patterns.Distinct(StringComparer.Ordinal)));

    private static string Quote(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal);
}
