namespace MilvusMonitoring.Metrics;

/// <summary>A metric of Milvus that a rule uses.</summary>
/// <param name="Name">Its name; for a histogram without <c>_bucket</c>.</param>
/// <param name="Presence">For each of <see cref="MilvusMetrics.Versions"/> <c>y</c> if code of that version sets it, else <c>-</c>.</param>
internal sealed record MilvusMetric(string Name, string Presence)
{
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

/// <summary>
/// The metrics of Milvus that the rules use, and the versions whose code sets them. A version between two that differ is not known.
/// </summary>
/// <remarks>
/// Read from the source of Milvus of these versions: the packages <c>pkg/metrics</c>, and the code that sets the metrics. The values of
/// <c>status</c> of <c>milvus_proxy_req_count</c> changed in 2.6.19 and changed back in 2.6.21 (milvus-io/milvus#51495).
/// </remarks>
internal static class MilvusMetrics
{
    private const string Requests = "with the first request";
    private const string Reads = "with the first search or query";
    private const string Collections = "with the first collection";

    /// <summary>What a histogram adds to its name for its series.</summary>
    private static readonly string[] Suffixes = ["_bucket", "_count", "_sum"];

    private static readonly string[] Statuses = ["total", "success", "fail"];

    /// <summary>The versions whose source was read, the oldest first.</summary>
    public static List<MilvusVersion> Versions { get; } =
    [
        .. ((string[])["2.3.22", "2.4.0", "2.4.24", "2.5.0-beta", "2.5.27", "2.6.0-rc.1", "2.6.5", "2.6.20", "2.6.21", "3.0.0-beta"])
            .Select(version => MilvusVersion.Parse(version)!),
    ];

    /// <summary>All metrics.</summary>
    public static IReadOnlyList<MilvusMetric> All { get; } =
    [
        new("milvus_rootcoord_proxy_num", "yyyyyyyyyy"),
        new("milvus_querycoord_querynode_num", "yyyyyyyyyy"),
        new("milvus_querycoord_last_heartbeat_timestamp", "----y-yyyy"),
        new("milvus_proxy_req_count", "yyyyyyyyyy")
        {
            Appears = Requests,
            Values =
            [
                new("status", [.. Statuses, "abandon", "cancel", "retry", "rejected"]) { To = MilvusVersion.Parse("2.6.18") },
                new("status", "total", "success", "fail_input", "fail_system", "abandon", "cancel", "retry", "rejected")
                {
                    From = MilvusVersion.Parse("2.6.19"),
                    To = MilvusVersion.Parse("2.6.20"),
                },
                new("status", [.. Statuses, "abandon", "cancel", "retry", "rejected"]) { From = MilvusVersion.Parse("2.6.21") },
            ],
        },
        new("milvus_proxy_sq_latency", "yyyyyyyyyy") { Appears = Reads },
        new("milvus_proxy_mutation_latency", "yyyyyyyyyy") { Appears = "with the first insert, upsert or delete" },
        new("milvus_proxy_req_in_queue_latency", "y-yyyyyyyy") { Appears = Requests },
        new("milvus_querynode_sq_queue_latency", "yyyyyyyyyy") { Appears = Reads },
        new("milvus_rootcoord_quota_states", "yyyyyyyyyy") { Appears = "while Milvus refuses requests" },
        new("milvus_proxy_rate_limit_req_count", "yyyyyyyyyy")
        {
            Appears = Requests,
            Values = [new("status", Statuses)],
        },
        new("milvus_datacoord_channel_checkpoint_unix_seconds", "yyyyyyyyyy") { Appears = Collections },
        new("milvus_datanode_consume_tt_lag_ms", "yyyyyyyyyy") { Appears = Collections },
        new("milvus_querynode_consume_tt_lag_ms", "yyyyyyyyyy") { Appears = "with the first collection that is loaded" },
        new("milvus_meta_op_count", "yyyyyyyyyy")
        {
            Appears = "with the first access to the meta store",
            Values = [new("status", Statuses)],
        },
        new("milvus_storage_op_count", "yyyyyyyyyy")
        {
            Appears = "with the first access to the object storage",
            Values = [new("status", Statuses)],
        },
        new("milvus_storage_filesystem_failed_count", "---------y") { Appears = "with the first access to the object storage" },
        new("milvus_querynode_stopping_balance_segment_num", "yyyyyyyyyy") { Appears = "while a query node stops" },
    ];

    /// <summary>Finds the metric that a series belongs to; null if no rule uses it.</summary>
    /// <param name="series">The name of a metric, or of the series of a histogram.</param>
    public static MilvusMetric? Find(string series)
    {
        var suffix = Array.Find(Suffixes, suffix => series.EndsWith(suffix, StringComparison.Ordinal)) ?? string.Empty;
        var name = series[..^suffix.Length];
        return All.FirstOrDefault(metric => metric.Name == series) ?? All.FirstOrDefault(metric => metric.Name == name);
    }
}
