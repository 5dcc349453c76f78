using System.Globalization;
using System.Text;

namespace MilvusMonitoring.Benchmarks.Reporting;

/// <summary>The tables at the end, within 100 columns.</summary>
internal sealed class Report
{
    private const int Width = 100;

    private readonly StringBuilder _text = new();

    /// <summary>How many figures were held against a target.</summary>
    public int Judged { get; private set; }

    /// <summary>How many of them missed it.</summary>
    public int Missed { get; private set; }

    /// <summary>The milliseconds as people read them.</summary>
    public static string Time(double milliseconds) => milliseconds >= 1000
        ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.00} s")
        : string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms");

    /// <summary>The bytes as people read them.</summary>
    public static string Size(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 20):0.0} MB");

    /// <summary>The ratio as people read it.</summary>
    public static string Ratio(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:0.000}");

    /// <summary>A line above a table, or a remark below one.</summary>
    public void Say(string line)
    {
        foreach (var part in Wrap(line))
        {
            _text.AppendLine(part);
        }
    }

    /// <summary>An empty line.</summary>
    public void Space() => _text.AppendLine();

    /// <summary>Says what was not measured, and why.</summary>
    public void Skip(string what, string why)
    {
        Say($"Skipped: {what}. {why}");
        Space();
    }

    /// <summary>A table: the first column to the left, the others to the right.</summary>
    public void Table(IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = head.Select((title, column) => rows.Select(row => row[column].Length).Append(title.Length).Max()).ToArray();
        _text.AppendLine(Line(head, widths));
        _text.AppendLine(string.Join("  ", widths.Select(width => new string('-', width))));
        foreach (var row in rows)
        {
            _text.AppendLine(Line(row, widths));
        }
    }

    /// <summary>Says whether a target was met, and counts.</summary>
    public string Verdict(double value, double limit)
    {
        Judged++;
        if (value <= limit)
        {
            return "pass";
        }

        Missed++;
        return "MISS";
    }

    public override string ToString() => _text.ToString();

    private static string Line(IReadOnlyList<string> cells, int[] widths) =>
        string.Join("  ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd();

    private static IEnumerable<string> Wrap(string line)
    {
        while (line.Length > Width)
        {
            var cut = line.LastIndexOf(' ', Width);
            yield return line[..cut];
            line = line[(cut + 1)..];
        }

        yield return line;
    }
}
