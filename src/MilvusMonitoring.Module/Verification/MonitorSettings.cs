using MilvusMonitoring.Milvus;

namespace MilvusMonitoring.Verification;

/// <summary>What a monitor is set to beyond the values of its release: what a remedy has to keep.</summary>
/// <param name="Interval">How often it scrapes; null for what the values say.</param>
/// <param name="ScrapeTimeout">How long a scrape may take; null for what the values say.</param>
/// <param name="Labels">Its labels that are neither the chart's nor in the values.</param>
internal sealed record MonitorSettings(string? Interval, string? ScrapeTimeout, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Nothing beyond the values.</summary>
    public static MonitorSettings None { get; } = new(null, null, new Dictionary<string, string>());

    /// <summary>Compares a monitor with what the chart alone would make.</summary>
    public static MonitorSettings Read(
        MilvusChart chart,
        string? interval,
        string? scrapeTimeout,
        IReadOnlyDictionary<string, string> labels)
    {
        var rendered = chart.RenderMonitor()["metadata"]!["labels"]!.AsObject();
        return new MonitorSettings(
            interval == chart.Interval ? null : interval,
            scrapeTimeout == chart.ScrapeTimeout ? null : scrapeTimeout,
            labels
                .Where(label => !rendered.ContainsKey(label.Key) && !MilvusChart.OwnLabels.Contains(label.Key))
                .ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal));
    }

    /// <summary>The same with more labels.</summary>
    public MonitorSettings With(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var all = Labels.ToDictionary(StringComparer.Ordinal);
        foreach (var label in labels)
        {
            all[label.Key] = label.Value;
        }

        return this with { Labels = all };
    }

    /// <summary>The same with three times as long for a scrape.</summary>
    /// <param name="interval">How often it scrapes now.</param>
    /// <param name="timeout">How long a scrape may take now.</param>
    public MonitorSettings WithMoreTime(TimeSpan interval, TimeSpan timeout)
    {
        var more = timeout * 3;
        return this with
        {
            ScrapeTimeout = ScrapeDuration.Format(more),
            Interval = interval < more ? ScrapeDuration.Format(more) : Interval,
        };
    }
}
