using System.Globalization;

namespace MilvusMonitoring;

/// <summary>Ages and sizes in few characters, for tables.</summary>
public static class DisplayText
{
    private const int HoursADay = 24;
    private const int DaysAYear = 365;

    /// <summary>An age as kubectl shows it: two units while the smaller one still tells something, then one.</summary>
    /// <param name="age">The age; one below zero, as clocks differ, counts as none.</param>
    /// <returns><c>45s</c>, <c>5m30s</c>, <c>45m</c>, <c>5h30m</c>, <c>12h</c>, <c>5d3h</c>, <c>90d</c>, <c>3y10d</c>, <c>9y</c>; <c>-</c> where there is none.</returns>
    public static string Age(TimeSpan? age)
    {
        if (age is not { } given)
        {
            return "-";
        }

        var span = given < TimeSpan.Zero ? TimeSpan.Zero : given;
        var (seconds, minutes, hours, days) = ((long)span.TotalSeconds, (long)span.TotalMinutes, (long)span.TotalHours, (long)span.TotalDays);
        return true switch
        {
            _ when minutes < 2 => Units(seconds, 's'),
            _ when minutes < 10 => Units(minutes, 'm', span.Seconds, 's'),
            _ when hours < 3 => Units(minutes, 'm'),
            _ when hours < 8 => Units(hours, 'h', span.Minutes, 'm'),
            _ when days < 2 => Units(hours, 'h'),
            _ when days < 8 => Units(days, 'd', hours % HoursADay, 'h'),
            _ when days < 2 * DaysAYear => Units(days, 'd'),
            _ when days < 8 * DaysAYear => Units(days / DaysAYear, 'y', days % DaysAYear, 'd'),
            _ => Units(days / DaysAYear, 'y'),
        };
    }

    /// <summary>A number of bytes, in the largest unit that it has one of.</summary>
    /// <param name="bytes">How many.</param>
    /// <returns><c>512 B</c>, <c>1.5 KiB</c>, <c>20.0 MiB</c>, <c>3.2 GiB</c>.</returns>
    public static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => Scaled(bytes, 1L << 30, "GiB"),
        >= 1L << 20 => Scaled(bytes, 1L << 20, "MiB"),
        >= 1L << 10 => Scaled(bytes, 1L << 10, "KiB"),
        _ => $"{bytes} B",
    };

    private static string Scaled(long bytes, long unit, string name) => string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / unit:0.0} {name}");

    private static string Units(long number, char unit, long rest = 0, char restUnit = default) => rest == 0 ? $"{number}{unit}" : $"{number}{unit}{rest}{restUnit}";
}
