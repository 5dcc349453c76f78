using System.Globalization;
using System.Text;

namespace MilvusMonitoring;

/// <summary>Formats ages, sizes and sentences for tables.</summary>
public static class DisplayText
{
    private const int HoursADay = 24;
    private const int DaysAYear = 365;

    // Narrower columns are unreadable.
    private const int NarrowestColumn = 20;

    // What 80 columns leave after Check and Status.
    private const int UsualColumn = 57;

    /// <summary>Formats an age as kubectl does: two units while the smaller unit matters, then one unit.</summary>
    /// <param name="age">The age. A negative age, which clocks that differ can cause, counts as 0.</param>
    /// <returns>
    /// <c>45s</c>, <c>5m30s</c>, <c>45m</c>, <c>5h30m</c>, <c>12h</c>, <c>5d3h</c>, <c>90d</c>, <c>3y10d</c>, <c>9y</c>; <c>-</c> for null.
    /// </returns>
    public static string Age(TimeSpan? age)
    {
        if (age is not { } given)
        {
            return "-";
        }

        var span = given < TimeSpan.Zero ? TimeSpan.Zero : given;
        var (seconds, minutes, hours, days) = (
            (long)span.TotalSeconds,
            (long)span.TotalMinutes,
            (long)span.TotalHours,
            (long)span.TotalDays);
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

    /// <summary>Formats a number of bytes in the largest unit that fits at least once.</summary>
    /// <param name="bytes">The number of bytes.</param>
    /// <returns><c>512 B</c>, <c>1.5 KiB</c>, <c>20.0 MiB</c>, <c>3.2 GiB</c>.</returns>
    public static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => Scaled(bytes, 1L << 30, "GiB"),
        >= 1L << 20 => Scaled(bytes, 1L << 20, "MiB"),
        >= 1L << 10 => Scaled(bytes, 1L << 10, "KiB"),
        _ => $"{bytes} B",
    };

    /// <summary>
    /// Wraps a sentence between its words. PowerShell wraps within words in a culture without rules, such as the invariant one.
    /// </summary>
    /// <param name="text">The sentence.</param>
    /// <param name="width">The width of the column in characters; below 20 the width counts as unknown, and 57 is used.</param>
    /// <returns>Lines separated by <c>\n</c>, no longer than the width unless a single word is longer.</returns>
    public static string Wrap(string text, int width)
    {
        ArgumentNullException.ThrowIfNull(text);
        var room = width < NarrowestColumn ? UsualColumn : width;
        var (lines, column) = (new StringBuilder(text.Length), 0);
        foreach (var word in text.Split(' '))
        {
            var fits = column + 1 + word.Length <= room;
            if (column > 0)
            {
                lines.Append(fits ? ' ' : '\n');
            }

            lines.Append(word);
            column = word.Length + (column > 0 && fits ? column + 1 : 0);
        }

        return lines.ToString();
    }

    private static string Scaled(long bytes, long unit, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / unit:0.0} {name}");

    private static string Units(long number, char unit, long rest = 0, char restUnit = default) =>
        rest == 0 ? $"{number}{unit}" : $"{number}{unit}{rest}{restUnit}";
}
