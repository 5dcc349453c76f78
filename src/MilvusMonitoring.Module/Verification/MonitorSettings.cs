using MilvusMonitoring.Milvus;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Verification;

/// <summary>What a monitor sets beyond the values of its release: a remedy has to keep it.</summary>
/// <param name="Interval">The scrape interval; null for that of the values.</param>
/// <param name="ScrapeTimeout">The scrape timeout; null for that of the values.</param>
/// <param name="Labels">The labels that neither the chart nor the values have.</param>
internal sealed record MonitorSettings(string? Interval, string? ScrapeTimeout, IReadOnlyDictionary<string, string> Labels)
{
    public static MonitorSettings None { get; } = new(null, null, new Dictionary<string, string>());

    /// <summary>Reads what a monitor sets beyond what the chart alone renders.</summary>
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

    /// <summary>Adds labels.</summary>
    public MonitorSettings WithLabels(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var all = Labels.ToDictionary(StringComparer.Ordinal);
        foreach (var label in labels)
        {
            all[label.Key] = label.Value;
        }

        return this with { Labels = all };
    }

    /// <summary>Triples the scrape timeout, and the interval if it would be shorter.</summary>
    /// <param name="interval">The interval now.</param>
    /// <param name="timeout">The timeout now.</param>
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
