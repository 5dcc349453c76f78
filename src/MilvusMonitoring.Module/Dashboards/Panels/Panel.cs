namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>How a panel draws.</summary>
internal enum PanelKind
{
    /// <summary>Lines over time.</summary>
    TimeSeries,

    /// <summary>The values of now, large, on the colour of their threshold.</summary>
    Stat,

    /// <summary>The values of now as bars.</summary>
    BarGauge,

    /// <summary>The labels and values of now.</summary>
    Table,
}

/// <summary>What a number means, as Grafana names it.</summary>
internal static class PanelUnit
{
    public const string Number = "short";
    public const string Ratio = "percentunit";
    public const string Milliseconds = "ms";
    public const string Seconds = "s";
    public const string Bytes = "bytes";
    public const string Megabytes = "mbytes";
    public const string BytesPerSecond = "Bps";
    public const string PerSecond = "ops";
    public const string MegabytesPerSecond = "MBs";
    public const string RequestsPerSecond = "reqps";
}

/// <summary>One query of a panel. It is left out if one of its metrics is in no version that runs.</summary>
/// <param name="Legend">How its series are named, with the labels that differ; in a stat panel the words beside the value.</param>
/// <param name="Expression">The expression, with the variables of Grafana.</param>
internal sealed record PanelQuery(string Legend, string Expression)
{
    /// <summary>Whether its series are neither good nor bad: there is nothing to judge.</summary>
    public bool IsNeutral { get; init; }
}

/// <summary>A value from which on a panel has a colour.</summary>
/// <param name="From">The value; null for all below the first.</param>
/// <param name="Colour">The colour.</param>
internal sealed record PanelThreshold(double? From, string Colour)
{
    public const string Good = "green";
    public const string Doubtful = "orange";
    public const string Bad = "red";
    public const string Neutral = "#808080";

    /// <summary>From a value on it is bad.</summary>
    public static IReadOnlyList<PanelThreshold> BadFrom(double value) => [new(null, Good), new(value, Bad)];

    /// <summary>From a value on it is doubtful, and bad from another.</summary>
    public static IReadOnlyList<PanelThreshold> BadFrom(double doubtful, double bad) =>
        [new(null, Good), new(doubtful, Doubtful), new(bad, Bad)];

    /// <summary>Below a value it is bad.</summary>
    public static IReadOnlyList<PanelThreshold> BadBelow(double value) => [new(null, Bad), new(value, Good)];
}

/// <summary>One panel: a question and its answer.</summary>
/// <param name="Title">The question, or what is seen.</param>
/// <param name="Unit">The unit of its values, of <see cref="PanelUnit"/>.</param>
/// <param name="Description">What it shows and what it means.</param>
/// <param name="Queries">Its queries.</param>
internal sealed record Panel(string Title, string Unit, string Description, params PanelQuery[] Queries)
{
    public PanelKind Kind { get; init; }

    /// <summary>How wide it is at least, of 24. The names of pods are long.</summary>
    public int Width { get; init; } = Array.Exists(Queries, query => query.Legend.Contains("{{pod}}", StringComparison.Ordinal)) ? 12 : 8;

    public int Height { get; init; } = 7;

    /// <summary>The colours of its values; empty where no value is bad by itself.</summary>
    public IReadOnlyList<PanelThreshold> Thresholds { get; init; } = [];

    /// <summary>The alert that fires for what it shows; null if there is none.</summary>
    public string? Alert { get; init; }

    /// <summary>Whether only the words of a stat panel are shown, and not the value.</summary>
    public bool IsWordsOnly { get; init; }

    /// <summary>The column by which a table is sorted; null for none.</summary>
    public string? SortedBy { get; init; }
}

/// <summary>Panels on one subject, under one heading.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Panels">The panels.</param>
internal sealed record PanelRow(string Title, params Panel[] Panels);
