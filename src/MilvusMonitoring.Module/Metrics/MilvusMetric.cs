namespace MilvusMonitoring.Metrics;

/// <summary>What a metric counts, as Prometheus names it.</summary>
internal enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>A metric of Milvus.</summary>
/// <param name="Name">Its name; for a histogram without <c>_bucket</c>.</param>
/// <param name="Type">What it counts.</param>
/// <param name="Presence">For each of <see cref="MilvusMetrics.Versions"/> <c>y</c> if code of that version sets it, else <c>-</c>.</param>
internal sealed record MilvusMetric(string Name, MetricType Type, string Presence)
{
    /// <summary>Its own labels, the oldest first: a list holds from its version until the next. The first holds for all before.</summary>
    public IReadOnlyList<(MilvusVersion From, IReadOnlyList<string> Labels)> Labels { get; init; } = [];

    /// <summary>
    /// When the first series appears, to follow "no series yet: it appears"; null if a component has series as soon as it runs.
    /// </summary>
    public string? Appears { get; init; }

    /// <summary>The values of labels that only some versions write, or that appear on a failure.</summary>
    public IReadOnlyList<LabelValues> Values { get; init; } = [];

    /// <summary>Whether a version has the metric; null if that is not known.</summary>
    public bool? IsIn(MilvusVersion version)
    {
        var versions = MilvusMetrics.Versions;
        var before = versions.LastOrDefault(known => known.CompareTo(version) <= 0);
        var after = versions.FirstOrDefault(known => known.CompareTo(version) >= 0);
        return before is null || after is null || IsPresent(before) != IsPresent(after) ? null : IsPresent(before);
    }

    /// <summary>Its own labels in a version; between two that differ those of the older.</summary>
    public IReadOnlyList<string> ListLabels(MilvusVersion version) =>
        Labels.LastOrDefault(labels => labels.From.CompareTo(version) <= 0, Labels[0]).Labels;

    private bool IsPresent(MilvusVersion known) => Presence[MilvusMetrics.Versions.IndexOf(known)] == 'y';
}

/// <summary>The values that a label has in some versions.</summary>
/// <param name="Label">The label.</param>
/// <param name="Values">All values that code of these versions writes.</param>
internal sealed record LabelValues(string Label, params string[] Values)
{
    /// <summary>The first version; null for the first of all.</summary>
    public MilvusVersion? From { get; init; }

    /// <summary>The last version; null for the newest.</summary>
    public MilvusVersion? To { get; init; }

    public bool IsOf(MilvusVersion version) =>
        (From is null || From.CompareTo(version) <= 0) && (To is null || To.CompareTo(version) >= 0);
}
