using System.Globalization;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Milvus;

/// <summary>
/// Time spans as a ServiceMonitor takes them: whole numbers with their units, the largest first: <c>30s</c>, <c>1m30s</c>, <c>500ms</c>.
/// </summary>
internal static partial class ScrapeDuration
{
    /// <summary>Reads a time span.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The time span, above zero; null where the text is none that a ServiceMonitor takes.</returns>
    public static TimeSpan? Parse(string text)
    {
        var match = Pattern().Match(text);
        if (text.Length == 0 || !match.Success)
        {
            return null;
        }

        var milliseconds = Units.Sum(unit =>
            match.Groups[unit.Name] is { Success: true } group
                ? double.Parse(group.ValueSpan, CultureInfo.InvariantCulture) * unit.Milliseconds
                : 0);
        return milliseconds > 0 && milliseconds < TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    /// <summary>Writes a time span.</summary>
    /// <param name="span">Above zero.</param>
    /// <returns>Whole seconds where that is exact, else milliseconds.</returns>
    public static string Format(TimeSpan span) => span.TotalMilliseconds % 1000 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0}s")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0}ms");

    /// <summary>
    /// Checks how often and how long to scrape: Prometheus refuses a whole configuration in which a scrape may take longer than the time
    /// until the next.
    /// </summary>
    /// <param name="interval">How often; null for Prometheus's own default.</param>
    /// <param name="timeout">How long; null for Prometheus's own default.</param>
    /// <returns>What is wrong and what to do; null where nothing is.</returns>
    public static string? Problem(string? interval, string? timeout)
    {
        foreach (var (what, text) in ((string, string?)[])[("interval", interval), ("scrape timeout", timeout)])
        {
            if (text is not null && Parse(text) is null)
            {
                return $"'{text}' is no {what} that Prometheus takes; give whole numbers with units, such as 30s or 1m30s.";
            }
        }

        return interval is not null && timeout is not null && Parse(timeout) > Parse(interval)
            ? $"The scrape timeout {timeout} is longer than the interval {interval}, which Prometheus refuses; give -ScrapeTimeout {interval} or less, or a longer -Interval."
            : null;
    }

    private static readonly (string Name, double Milliseconds)[] Units =
        [("y", 365 * 86400e3), ("w", 7 * 86400e3), ("d", 86400e3), ("h", 3600e3), ("m", 60e3), ("s", 1e3), ("ms", 1)];

    // The pattern of the Duration type in the definition of ServiceMonitor, with nothing but ASCII digits.
    [GeneratedRegex(
        "^(?:(?<y>[0-9]{1,9})y)?(?:(?<w>[0-9]{1,9})w)?(?:(?<d>[0-9]{1,9})d)?(?:(?<h>[0-9]{1,9})h)?(?:(?<m>[0-9]{1,9})m)?(?:(?<s>[0-9]{1,9})s)?(?:(?<ms>[0-9]{1,9})ms)?\\z",
        RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex Pattern();
}
