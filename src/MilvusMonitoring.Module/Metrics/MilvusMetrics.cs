using System.Collections.Frozen;

namespace MilvusMonitoring.Metrics;

/// <summary>
/// The metrics of Milvus, and the versions whose code sets them. A version between two that differ is not known.
/// </summary>
/// <remarks>
/// Read from the source of Milvus of these versions: the packages <c>pkg/metrics</c>, and the code that sets the metrics. The file
/// <c>milvus-metrics.tsv</c> has them: name, type, presence in <see cref="Versions"/>, labels, and after <c>;VERSION:</c> the labels from
/// that version on. The values of <c>status</c> of <c>milvus_proxy_req_count</c> changed in 2.6.19 and changed back in 2.6.21
/// (milvus-io/milvus#51495).
/// </remarks>
internal static class MilvusMetrics
{
    private const string Resource = "MilvusMonitoring.Metrics.milvus-metrics.tsv";

    /// <summary>What a histogram adds to its name for its series.</summary>
    private static readonly string[] Suffixes = ["_bucket", "_count", "_sum"];

    private static readonly string[] Statuses = ["total", "success", "fail"];

    private static readonly string[] RequestStatuses = [.. Statuses, "abandon", "cancel", "retry", "rejected"];

    /// <summary>When the first series of metrics appears, where their type and labels do not tell; null for at once.</summary>
    private static readonly (string? Moment, string[] Names)[] Moments =
    [
        (null, ["milvus_querycoord_last_heartbeat_timestamp", "milvus_build_info"]),
        ("with the first request",
        [
            "milvus_proxy_req_count", "milvus_proxy_req_latency", "milvus_proxy_req_in_queue_latency", "milvus_proxy_rate_limit_req_count",
            "milvus_proxy_grpc_latency", "milvus_proxy_queue_task_num", "milvus_proxy_receive_bytes_count",
            "milvus_proxy_send_bytes_count", "milvus_proxy_cache_hit_count", "milvus_proxy_cache_update_latency",
            "milvus_proxy_user_rpc_count", "milvus_proxy_apply_timestamp_latency",
        ]),
        ("with the first search or query",
        [
            "milvus_proxy_sq_latency", "milvus_proxy_collection_sq_latency", "milvus_proxy_sq_wait_result_latency",
            "milvus_proxy_sq_decode_result_latency", "milvus_proxy_sq_reduce_result_latency", "milvus_proxy_received_nq",
            "milvus_proxy_search_vectors_count", "milvus_proxy_parse_expr_latency", "milvus_proxy_scanned_total_mb",
            "milvus_proxy_scanned_remote_mb", "milvus_proxy_workload_score", "milvus_querynode_sq_queue_latency",
            "milvus_querynode_sq_req_count", "milvus_querynode_sq_req_latency", "milvus_querynode_sq_core_latency",
            "milvus_querynode_sq_segment_latency", "milvus_querynode_sq_reduce_latency", "milvus_querynode_sq_wait_tsafe_latency",
            "milvus_querynode_search_nq", "milvus_querynode_search_topk", "milvus_querynode_search_group_nq",
            "milvus_querynode_search_group_size", "milvus_querynode_read_task_queue_duration",
            "milvus_querynode_read_task_execute_duration", "milvus_querynode_read_task_ready_len",
            "milvus_querynode_read_task_unsolved_len", "milvus_querynode_read_task_concurrency",
            "milvus_querynode_search_hit_segment_num", "milvus_querynode_segment_latency_per_vector", "milvus_querynode_cgo_latency",
        ]),
        ("with the first REST request",
        [
            "milvus_proxy_restful_api_req_count", "milvus_proxy_restful_api_req_latency", "milvus_proxy_restful_api_receive_bytes_count",
            "milvus_proxy_restful_api_send_bytes_count",
        ]),
        ("with the first slow request", ["milvus_proxy_slow_query_count"]),
        ("with the first search that is tried again",
            ["milvus_proxy_retry_search_cnt", "milvus_proxy_retry_search_result_insufficient_cnt"]),
        ("with the first insert, upsert or delete",
        [
            "milvus_proxy_mutation_latency", "milvus_proxy_collection_mutation_latency", "milvus_proxy_mutation_send_latency",
            "milvus_proxy_apply_pk_latency", "milvus_proxy_assign_segmentID_latency", "milvus_datanode_flush_buffer_op_count",
            "milvus_datanode_autoflush_buffer_op_count", "milvus_datanode_save_latency", "milvus_datanode_flushed_data_size",
            "milvus_datanode_flushed_data_rows", "milvus_datanode_write_data_count", "milvus_datanode_msg_rows_count",
            "milvus_datanode_encode_buffer_latency", "milvus_querynode_process_insert_or_delete_latency",
        ]),
        ("with the first insert", ["milvus_proxy_insert_vectors_count", "milvus_datacoord_stored_rows_num",
            "milvus_datacoord_stored_binlog_size", "milvus_datacoord_segment_num", "milvus_datacoord_segment_binlog_file_count"]),
        ("with the first delete", ["milvus_proxy_delete_vectors_count", "milvus_datacoord_l0_delete_entries_num"]),
        ("with the first upsert", ["milvus_proxy_upsert_vectors_count"]),
        ("with the first collection",
        [
            "milvus_datacoord_channel_checkpoint_unix_seconds", "milvus_datanode_consume_tt_lag_ms",
            "milvus_datanode_msg_dispatcher_tt_lag_ms", "milvus_datanode_consume_bytes_count", "milvus_datanode_consume_msg_count",
            "milvus_datanode_flowgraph_num", "milvus_rootcoord_collection_num", "milvus_rootcoord_entity_num",
            "milvus_proxy_tt_lag_ms", "milvus_rootcoord_produce_tt_lag_ms", "milvus_rootcoord_rate_limit_ratio",
            "milvus_rootcoord_ddl_req_count", "milvus_rootcoord_ddl_req_latency", "milvus_rootcoord_ddl_req_latency_in_queue",
        ]),
        ("with the first collection that is loaded",
        [
            "milvus_querynode_consume_tt_lag_ms", "milvus_querynode_msg_dispatcher_tt_lag_ms", "milvus_querynode_segment_num",
            "milvus_querynode_entity_num", "milvus_querynode_entity_size", "milvus_querynode_load_segment_latency",
            "milvus_querynode_load_segment_concurrency", "milvus_querycoord_load_req_count", "milvus_querycoord_task_latency",
            "milvus_querycoord_current_target_checkpoint_unix_seconds", "milvus_querynode_disk_cache_load_total",
            "milvus_querynode_disk_cache_load_bytes",
        ]),
        ("with the first index",
        [
            "milvus_datacoord_index_req_count", "milvus_datacoord_index_task_count", "milvus_indexnode_index_task_count",
            "milvus_indexnode_build_index_latency", "milvus_indexnode_index_task_latency_in_queue",
            "milvus_indexnode_save_index_latency", "milvus_datacoord_stored_index_files_size", "milvus_rootcoord_indexed_entity_num",
        ]),
        ("with the first compaction",
        [
            "milvus_datacoord_compaction_task_num", "milvus_datacoord_compaction_latency", "milvus_datanode_compaction_latency",
            "milvus_datanode_compaction_latency_in_queue", "milvus_datanode_compaction_stage_latency",
            "milvus_datanode_compaction_delete_count", "milvus_datanode_compaction_missing_delete_count",
        ]),
        ("with the first import",
        [
            "milvus_datacoord_import_jobs", "milvus_datacoord_import_tasks", "milvus_datacoord_import_job_latency",
            "milvus_datacoord_bulk_insert_vectors_count",
        ]),
        ("while Milvus refuses requests", ["milvus_rootcoord_quota_states"]),
        ("with the first access to the meta store", ["milvus_meta_op_count", "milvus_meta_request_latency", "milvus_meta_kv_size"]),
        ("with the first access to the object storage",
        [
            "milvus_storage_op_count", "milvus_storage_request_latency", "milvus_storage_kv_size",
            "milvus_storage_filesystem_failed_count", "milvus_storage_filesystem_read_bytes", "milvus_storage_filesystem_write_bytes",
            "milvus_storage_filesystem_read_count", "milvus_storage_filesystem_write_count",
        ]),
        ("with the first message", ["milvus_msgstream_op_count", "milvus_msgstream_request_latency"]),
        ("with the first replication to another Milvus",
        [
            "milvus_cdc_replicated_messages_total", "milvus_cdc_replicated_bytes_total", "milvus_cdc_replicate_end_to_end_latency",
            "milvus_cdc_stream_rpc_connections", "milvus_cdc_stream_rpc_reconnect_times",
        ]),
        ("while a query node stops",
        [
            "milvus_querynode_stopping_balance_segment_num", "milvus_querynode_stopping_balance_channel_num",
        ]),
    ];

    private static readonly FrozenDictionary<string, string?> Appearances = Moments
        .SelectMany(moment => moment.Names, (moment, name) => KeyValuePair.Create(name, moment.Moment))
        .ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, LabelValues[]> Values = new Dictionary<string, LabelValues[]>
    {
        ["milvus_proxy_req_count"] =
        [
            new("status", RequestStatuses) { To = MilvusVersion.Parse("2.6.18") },
            new("status", "total", "success", "fail_input", "fail_system", "abandon", "cancel", "retry", "rejected")
            {
                From = MilvusVersion.Parse("2.6.19"),
                To = MilvusVersion.Parse("2.6.20"),
            },
            new("status", RequestStatuses) { From = MilvusVersion.Parse("2.6.21") },
        ],
        ["milvus_proxy_rate_limit_req_count"] = [new("status", Statuses)],
        ["milvus_meta_op_count"] = [new("status", Statuses)],
        ["milvus_storage_op_count"] = [new("status", Statuses)],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The versions whose source was read, the oldest first.</summary>
    public static List<MilvusVersion> Versions { get; } =
    [
        .. ((string[])["2.3.22", "2.4.0", "2.4.24", "2.5.0-beta", "2.5.27", "2.6.0-rc.1", "2.6.5", "2.6.20", "2.6.21", "3.0.0-beta"])
            .Select(version => MilvusVersion.Parse(version)!),
    ];

    /// <summary>All metrics, also those that no code sets.</summary>
    public static IReadOnlyList<MilvusMetric> All { get; } = Read();

    private static readonly FrozenDictionary<string, MilvusMetric> ByName =
        All.ToFrozenDictionary(metric => metric.Name, StringComparer.Ordinal);

    /// <summary>Finds the metric that a series belongs to; null if no version of Milvus has it.</summary>
    /// <param name="series">The name of a metric, or of the series of a histogram.</param>
    public static MilvusMetric? Find(string series)
    {
        var suffix = Array.Find(Suffixes, suffix => series.EndsWith(suffix, StringComparison.Ordinal)) ?? string.Empty;
        return ByName.GetValueOrDefault(series) ?? ByName.GetValueOrDefault(series[..^suffix.Length]);
    }

    private static List<MilvusMetric> Read()
    {
        using var reader = new StreamReader(typeof(MilvusMetrics).Assembly.GetManifestResourceStream(Resource)!);
        var metrics = new List<MilvusMetric>();
        while (reader.ReadLine() is { } line)
        {
            metrics.Add(Read(line.Split('\t')));
        }

        return metrics;
    }

    private static MilvusMetric Read(string[] cells)
    {
        var (name, type) = (cells[0], Enum.Parse<MetricType>(cells[1], ignoreCase: true));
        var labels = cells[3].Split(';').Select(ReadLabels).ToList();
        return new MilvusMetric(name, type, cells[2])
        {
            Labels = labels,
            Appears = Appearances.TryGetValue(name, out var moment) ? moment : DescribeAppearance(type, labels[^1].Labels),
            Values = Values.GetValueOrDefault(name, []),
        };
    }

    private static (MilvusVersion From, IReadOnlyList<string> Labels) ReadLabels(string text)
    {
        var parts = text.Split(':');
        var labels = parts[^1].Split(',', StringSplitOptions.RemoveEmptyEntries);
        return (parts.Length > 1 ? MilvusVersion.Parse(parts[0])! : Versions[0], labels);
    }

    /// <summary>Milvus makes the series of a metric without labels at its start, and any other when it first sets it.</summary>
    private static string? DescribeAppearance(MetricType type, IReadOnlyList<string> labels) => type switch
    {
        _ when labels.Count == 0 => null,
        MetricType.Gauge => "when Milvus first sets it",
        _ => "with the first event that it counts",
    };
}
