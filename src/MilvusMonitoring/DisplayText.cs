using System.Globalization;
using System.Text;

namespace MilvusMonitoring;

/// <summary>Text for tables: ages and sizes in few characters, sentences in lines.</summary>
public static class DisplayText
{
    private const int HoursADay = 24;
    private const int DaysAYear = 365;

    // Below the one nothing can be read; the other is what a screen of 80 columns leaves beside the check and its status.
    private const int NarrowestColumn = 20;
    private const int UsualColumn = 57;

    /// <summary>An age as kubectl shows it: two units while the smaller one still tells something, then one.</summary>
    /// <param name="age">The age; one below zero, as clocks differ, counts as none.</param>
    /// <returns>
    /// <c>45s</c>, <c>5m30s</c>, <c>45m</c>, <c>5h30m</c>, <c>12h</c>, <c>5d3h</c>, <c>90d</c>, <c>3y10d</c>, <c>9y</c>; <c>-</c> where
    /// there is none.
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

    /// <summary>Breaks a sentence between its words: where PowerShell knows no rules for the culture, it breaks within them.</summary>
    /// <param name="text">The sentence.</param>
    /// <param name="width">How wide the column is; what is too narrow to be one stands for one that is not known.</param>
    /// <returns>Lines no wider than that, but for a word that is wider itself.</returns>
    public static string Wrap(string text, int width)
    {
        ArgumentNullException.ThrowIfNull(text);
        var room = width < NarrowestColumn ? UsualColumn : width;
        var (lines, column) = (new StringBuilder(text.Length), 0);
        foreach (var word in text.Split(' '))
        {
            var fits = column + 1 + word.Length <= room;
            lines.Append(column == 0 ? string.Empty : fits ? " " : "\n").Append(word);
            column = word.Length + (column > 0 && fits ? column + 1 : 0);
        }

        return lines.ToString();
    }

    private static string Scaled(long bytes, long unit, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / unit:0.0} {name}");

    private static string Units(long number, char unit, long rest = 0, char restUnit = default) =>
        rest == 0 ? $"{number}{unit}" : $"{number}{unit}{rest}{restUnit}";
}
