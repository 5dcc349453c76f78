using System.Globalization;
using System.Text.RegularExpressions;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Prometheus;

/// <summary>Why Prometheus refuses an interval or a timeout, and what to give instead.</summary>
internal sealed record ScrapeProblem(string Reason, string Remedy);

/// <summary>
/// Reads and writes times as a ServiceMonitor takes them: whole numbers with their units, the largest first: <c>30s</c>, <c>1m30s</c>,
/// <c>500ms</c>.
/// </summary>
internal static partial class ScrapeDuration
{
    /// <summary>Reads a time.</summary>
    /// <returns>The time, above zero; null if a ServiceMonitor refuses the text.</returns>
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

    /// <summary>Writes a time above zero in whole seconds or, if that is not exact, in milliseconds.</summary>
    public static string Format(TimeSpan span) => span.TotalMilliseconds % 1000 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0}s")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0}ms");

    /// <summary>
    /// Finds what is wrong with an interval and a timeout: Prometheus refuses a whole configuration if one timeout is longer than its
    /// interval.
    /// </summary>
    /// <param name="interval">The scrape interval; null for the default of Prometheus.</param>
    /// <param name="timeout">The scrape timeout; null for the default of Prometheus.</param>
    public static ScrapeProblem? FindProblem(string? interval, string? timeout)
    {
        foreach (var (what, text) in ((string, string?)[])[("an interval", interval), ("a scrape timeout", timeout)])
        {
            if (text is not null && Parse(text) is null)
            {
                return new ScrapeProblem(
                    $"'{text}' is not {what} that Prometheus accepts",
                    "give whole numbers with units, such as 30s or 1m30s");
            }
        }

        return interval is not null && timeout is not null && Parse(timeout) > Parse(interval)
            ? new ScrapeProblem(
                $"The scrape timeout {timeout} is longer than the interval {interval}, which Prometheus refuses",
                $"give -ScrapeTimeout {PowerShellText.Quote(interval)} or less, or a longer -Interval")
            : null;
    }

    private static readonly (string Name, double Milliseconds)[] Units =
        [("y", 365 * 86400e3), ("w", 7 * 86400e3), ("d", 86400e3), ("h", 3600e3), ("m", 60e3), ("s", 1e3), ("ms", 1)];

    // The pattern of the Duration type in the CRD of ServiceMonitor, with ASCII digits only.
    [GeneratedRegex(
        "^(?:(?<y>[0-9]{1,9})y)?(?:(?<w>[0-9]{1,9})w)?(?:(?<d>[0-9]{1,9})d)?(?:(?<h>[0-9]{1,9})h)?"
            + "(?:(?<m>[0-9]{1,9})m)?(?:(?<s>[0-9]{1,9})s)?(?:(?<ms>[0-9]{1,9})ms)?\\z",
        RegexOptions.CultureInvariant,
        1000)]
    private static partial Regex Pattern();
}
