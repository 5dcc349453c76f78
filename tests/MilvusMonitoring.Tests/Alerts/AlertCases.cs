namespace MilvusMonitoring.Tests.Alerts;

/// <summary>Series that make an alert fire, or leave it silent: one sample each minute.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Firing">How many alerts fire after <see cref="AlertCases.Minutes"/>.</param>
/// <param name="Series">The series, as <c>promtool test rules</c> takes them: labels may be left to their defaults.</param>
internal sealed record AlertCase(string Alert, int Firing, params string[] Series)
{
    /// <summary>The versions of Milvus whose series these are; empty for all.</summary>
    public IReadOnlyList<string> Versions { get; init; } = [];

    public override string ToString() => $"{Alert}, {Firing} firing, {string.Join(" and ", Series)}";
}

/// <summary>For each alert what makes it fire, and what does not.</summary>
internal static class AlertCases
{
    public const int Minutes = 80;

    private const string Alive = "up 1x90";

    private static readonly string[] Renamed = ["2.6.20"];
    private static readonly string[] WithCause = ["2.6.21", "3.0.0-beta"];

    public static IReadOnlyList<AlertCase> All { get; } =
    [
        new("MilvusNotScraped", 1),
        new("MilvusNotScraped", 1, "up 0x90"),
        new("MilvusNotScraped", 1, "up{app_kubernetes_io_instance=\"other\"} 1x90"),
        new("MilvusNotScraped", 1, "up{app_kubernetes_io_name=\"etcd\"} 1x90"),
        new("MilvusNotScraped", 0, Alive),
        new("MilvusTargetDown", 1, "up 0x90", "up{pod=\"my-release-milvus-querynode-0\",instance=\"10.0.0.2:9091\"} 1x90"),
        new("MilvusTargetDown", 0, Alive),
        new("MilvusPodNotScraped", 1, Alive, Ready("my-release-milvus-querynode-0")),
        new("MilvusPodNotScraped", 0, Alive, Ready("my-release-milvus-proxy-0"), Ready("my-release-etcd-0"), Ready("my-release-milvus-2-milvus-proxy-0")),
        new("MilvusNoProxy", 1, "milvus_rootcoord_proxy_num 0x90"),
        new("MilvusNoProxy", 0, "milvus_rootcoord_proxy_num 1x90", "milvus_rootcoord_proxy_num{pod=\"standby\"} 0x90"),
        new("MilvusNoQueryNode", 1, "milvus_querycoord_querynode_num 0x90"),
        new("MilvusNoQueryNode", 0, "milvus_querycoord_querynode_num 1x90", "milvus_querycoord_querynode_num{pod=\"standby\"} 0x90"),
        new("MilvusQueryNodeSilent", 1, "milvus_querycoord_last_heartbeat_timestamp{node_id=\"7\"} 0x90"),
        new("MilvusQueryNodeSilent", 0, "milvus_querycoord_last_heartbeat_timestamp{node_id=\"7\"} 0+60000000000x90"),
        new("MilvusRequestsFail", 1, Requests("total", 100), Requests("fail", 20)) { Versions = ["2.4.24", "2.5.27", "2.6.5"] },
        new("MilvusRequestsFail", 0, Requests("total", 100), Requests("fail", 2)) { Versions = ["2.4.24", "2.5.27", "2.6.5"] },
        new("MilvusRequestsFail", 1, Requests("total", 100), Requests("fail_system", 20)) { Versions = Renamed },
        new("MilvusRequestsFail", 0, Requests("total", 100), Requests("fail_input", 20), Requests("fail_system", 2)) { Versions = Renamed },
        new("MilvusRequestsFail", 1, Requests("total", 100), Requests("fail\",cause=\"system", 20)) { Versions = WithCause },
        new("MilvusRequestsFail", 0, Requests("total", 100), Requests("fail\",cause=\"user", 20)) { Versions = WithCause },
        new("MilvusRequestsFail", 0, Requests("total", 0)),
        .. Latency("MilvusSearchSlow", "milvus_proxy_sq_latency", "query_type=\"search\",", 2048, 512),
        .. Latency("MilvusWriteSlow", "milvus_proxy_mutation_latency", "msg_type=\"insert\",", 2048, 512),
        .. Latency("MilvusRequestsQueue", "milvus_proxy_req_in_queue_latency", "function_name=\"Search\",", 512, 128),
        .. Latency("MilvusReadsQueue", "milvus_querynode_sq_queue_latency", "query_type=\"search\",", 2048, 256),
        new("MilvusRequestsRefused", 1, "milvus_rootcoord_quota_states{quota_states=\"MemoryQuotaExhausted\",name=\"default\"} 1x90"),
        new("MilvusRequestsRefused", 0, "milvus_rootcoord_quota_states{quota_states=\"MemoryQuotaExhausted\",name=\"default\"} 0x90"),
        new("MilvusRateLimited", 1, "milvus_proxy_rate_limit_req_count{msg_type=\"DQLSearch\",status=\"fail\"} 0+6x90"),
        new("MilvusRateLimited", 0, "milvus_proxy_rate_limit_req_count{msg_type=\"DQLSearch\",status=\"total\"} 0+6x90"),
        new("MilvusCheckpointLags", 1, Checkpoint("a", "0x90"), Checkpoint("b", "0+60x90")),
        new("MilvusCheckpointLags", 0, Checkpoint("a", "0+60x90"), Checkpoint("a\",pod=\"standby", "0x90")),
        new("MilvusConsumeLags", 1, "milvus_datanode_consume_tt_lag_ms{msg_type=\"all\",collection_id=\"1\"} 400000x90"),
        new("MilvusConsumeLags", 0, "milvus_datanode_consume_tt_lag_ms{msg_type=\"all\",collection_id=\"1\"} 2000x90"),
        new("MilvusReadsLag", 1, "milvus_querynode_consume_tt_lag_ms{msg_type=\"timetick\",collection_id=\"1\"} 400000x90"),
        new("MilvusReadsLag", 0, "milvus_querynode_consume_tt_lag_ms{msg_type=\"timetick\",collection_id=\"1\"} 2000x90"),
        .. Failures("MilvusMetaStoreFails", "milvus_meta_op_count", "meta_op_type=\"txn\",status=\"fail\""),
        .. Failures("MilvusObjectStoreFails", "milvus_storage_op_count", "persistent_data_op_type=\"get\",status=\"fail\""),
        .. Failures("MilvusFileSystemFails", "milvus_storage_filesystem_failed_count", "fs=\"s3\""),
        new("MilvusQueryNodeCannotStop", 1, "milvus_querynode_stopping_balance_segment_num{node_id=\"7\"} 5x90"),
        new("MilvusQueryNodeCannotStop", 0, "milvus_querynode_stopping_balance_segment_num{node_id=\"7\"} 0x90"),
        new("MilvusMemoryNearLimit", 1, Container("container_memory_working_set_bytes", "95x90"), Limit("memory", "100x90")),
        new("MilvusMemoryNearLimit", 0, Container("container_memory_working_set_bytes", "50x90"), Limit("memory", "100x90")),
        new("MilvusCpuNearLimit", 1, Container("container_cpu_usage_seconds_total", "0+114x90"), Limit("cpu", "2x90")),
        new("MilvusCpuNearLimit", 0, Container("container_cpu_usage_seconds_total", "0+60x90"), Limit("cpu", "2x90")),
        new(
            "MilvusCpuThrottled",
            1,
            Container("container_cpu_cfs_throttled_periods_total", "0+50x90"),
            Container("container_cpu_cfs_periods_total", "0+100x90")),
        new(
            "MilvusCpuThrottled",
            0,
            Container("container_cpu_cfs_throttled_periods_total", "0+10x90"),
            Container("container_cpu_cfs_periods_total", "0+100x90")),
        new("MilvusRestarts", 1, Container("kube_pod_container_status_restarts_total", "0+1x90", "my-release-etcd-0")),
        new("MilvusRestarts", 0, Container("kube_pod_container_status_restarts_total", "4x90", "my-release-etcd-0")),
        new("MilvusRestarts", 0, Container("kube_pod_container_status_restarts_total", "0+1x90", "my-release-2-etcd-0")),
        new(
            "MilvusOutOfMemory",
            1,
            Container("kube_pod_container_status_last_terminated_reason", "1x90", more: ",reason=\"OOMKilled\""),
            Container("kube_pod_container_status_restarts_total", "0x70 1x20")),
        new(
            "MilvusOutOfMemory",
            0,
            Container("kube_pod_container_status_last_terminated_reason", "1x90", more: ",reason=\"OOMKilled\""),
            Container("kube_pod_container_status_restarts_total", "1x90")),
        new("MilvusVolumeFillsUp", 1, Volume("available", "5x90"), Volume("capacity", "100x90")),
        new("MilvusVolumeFillsUp", 0, Volume("available", "50x90"), Volume("capacity", "100x90")),
        new("MilvusFilesRunOut", 1, "process_open_fds 90x90", "process_max_fds 100x90"),
        new("MilvusFilesRunOut", 0, "process_open_fds 50x90", "process_max_fds 100x90"),
        new("MilvusTooManySeries", 1, "scrape_samples_scraped 200000x90"),
        new("MilvusTooManySeries", 0, "scrape_samples_scraped 20000x90"),
    ];

    private static string Requests(string status, int each) => $"milvus_proxy_req_count{{function_name=\"Search\",status=\"{status}\"}} 0+{each}x90";

    private static string Checkpoint(string channel, string values) =>
        $"milvus_datacoord_channel_checkpoint_unix_seconds{{channel_name=\"{channel}\"}} {values}";

    private static string Ready(string pod) => $"kube_pod_status_ready{{pod=\"{pod}\",condition=\"true\"}} 1x90";

    private static string Container(string metric, string values, string pod = "my-release-milvus-proxy-0", string more = "") =>
        $"{metric}{{pod=\"{pod}\",container=\"main\"{more}}} {values}";

    private static string Limit(string resource, string values) =>
        Container("kube_pod_container_resource_limits", values, more: $",resource=\"{resource}\"");

    private static string Volume(string what, string values) =>
        $"kubelet_volume_stats_{what}_bytes{{persistentvolumeclaim=\"data-my-release-etcd-0\"}} {values}";

    /// <summary>All requests take as long as a bucket says; without requests a quantile is no number.</summary>
    private static IEnumerable<AlertCase> Latency(string alert, string metric, string labels, int slow, int fast)
    {
        string[] Buckets(int most, int each) =>
        [
            .. ((int[])[128, 256, 512, 1024, 2048, 4096]).Select(bound =>
                $"{metric}_bucket{{{labels}le=\"{bound}\"}} 0+{(bound >= most ? each : 0)}x90"),
            $"{metric}_bucket{{{labels}le=\"+Inf\"}} 0+{each}x90",
        ];
        yield return new AlertCase(alert, 1, Buckets(slow, 100));
        yield return new AlertCase(alert, 0, Buckets(fast, 100));
        yield return new AlertCase(alert, 0, Buckets(slow, 0));
    }

    /// <summary>12 and 4 failures each minute, about a threshold of 0.1 each second: twice 4 would be above it.</summary>
    private static IEnumerable<AlertCase> Failures(string alert, string metric, string labels)
    {
        yield return new AlertCase(alert, 1, $"{metric}{{{labels}}} 0+12x90");
        yield return new AlertCase(alert, 0, $"{metric}{{{labels}}} 0+4x90");
    }
}
