using System.Globalization;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Metrics.Queries;

/// <summary>Writes values as PromQL and rule files take them.</summary>
internal static class PromText
{
    /// <summary>Writes a string literal.</summary>
    public static string Quote(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    /// <summary>Writes a number.</summary>
    public static string Format(double number) => number.ToString("0.################", CultureInfo.InvariantCulture);

    /// <summary>Writes a time as rule files take it: <c>10m</c>, <c>1h</c>, <c>90s</c>.</summary>
    public static string Format(TimeSpan span) => true switch
    {
        _ when span == TimeSpan.Zero => "0s",
        _ when span.Ticks % TimeSpan.TicksPerHour == 0 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0}h"),
        _ when span.Ticks % TimeSpan.TicksPerMinute == 0 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0}m"),
        _ => ScrapeDuration.Format(span),
    };
}
