using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Alerts.Rules;

/// <summary>The alert rules of a Milvus, in one table.</summary>
/// <remarks>
/// One pod may be scraped by several monitors, and by one monitor through several Services: series are made one for each pod first
/// (<c>max without</c> the labels of the scrape), before anything is summed. Of several replicas of a coordinator only one counts: max.
/// A quantile without traffic is NaN, which is above nothing.
/// </remarks>
internal static class AlertRules
{
    private const string Availability = "availability";
    private const string Service = "service";
    private const string Data = "data";
    private const string Resources = "resources";
    private const string Cost = "cost";


    /// <summary>The highest finite bucket of Milvus's histograms of latency, in milliseconds.</summary>
    private const double HighestBucket = 131072;

    private const string Once = MilvusSeries.Once;

    private static readonly TimeSpan Never = TimeSpan.Zero;

    /// <summary>All rules, in the order of their groups.</summary>
    public static IReadOnlyList<AlertRule> All { get; } =
    [
        new(
            "MilvusNotScraped",
            Availability,
            AlertWords.Critical,
            Minutes(10),
            null,
            (scope, _) => $"absent(up{{{scope.Targets}}} == 1)",
            "is not scraped: no target of it is up",
            "Prometheus has no target of this Milvus that answers. Milvus is down, or its monitor, its Service or the access of Prometheus "
                + "is gone. No other alert about Milvus itself can fire meanwhile."),
        new(
            "MilvusTargetDown",
            Availability,
            AlertWords.Critical,
            Minutes(5),
            null,
            (scope, _) => $"max by (pod, instance) (up{{{scope.Targets}}}) == 0",
            "pod {{ $labels.pod }} does not answer scrapes at {{ $labels.instance }}",
            "Prometheus knows the target and gets no answer from it: the process hangs, starts or ends, or the network drops the scrape."),
        new(
            "MilvusPodNotScraped",
            Availability,
            AlertWords.Warning,
            Minutes(15),
            null,
            (scope, _) =>
                $"max by (pod) (kube_pod_status_ready{{{scope.Pods},condition=\"true\"}}) == 1 unless on (pod) up{{{scope.Targets}}}",
            "pod {{ $labels.pod }} is ready but is not a target of Prometheus",
            "The pod runs, and Prometheus does not scrape it: no monitor or Service selects it, or its target has vanished."),
        new(
            "MilvusNoProxy",
            Availability,
            AlertWords.Critical,
            Minutes(5),
            null,
            (scope, _) => $"max(milvus_rootcoord_proxy_num{{{scope.Series}}}) < 1",
            "has no proxy: it takes no request",
            "The root coordinator knows no proxy, so that no client can connect.")
        {
            Metrics = ["milvus_rootcoord_proxy_num"],
        },
        new(
            "MilvusNoQueryNode",
            Availability,
            AlertWords.Critical,
            Minutes(5),
            null,
            (scope, _) => $"max(milvus_querycoord_querynode_num{{{scope.Series}}}) < 1",
            "has no query node: it answers no search",
            "The query coordinator knows no query node, so that no collection can be loaded or searched.")
        {
            Metrics = ["milvus_querycoord_querynode_num"],
        },
        new(
            "MilvusQueryNodeSilent",
            Availability,
            AlertWords.Warning,
            Minutes(5),
            new(ThresholdUnit.Seconds, 60),
            (scope, threshold) =>
                $"time() - max by (node_id) (milvus_querycoord_last_heartbeat_timestamp{{{scope.Series}}}) / 1e9 > {threshold}",
            "query node {{ $labels.node_id }} has not answered its coordinator for {{ $value | humanizeDuration }}",
            "The query coordinator asks each query node for its state all the time. A node that does not answer is overloaded, or hangs.")
        {
            Metrics = ["milvus_querycoord_last_heartbeat_timestamp"],
        },
        new(
            "MilvusRequestsFail",
            Service,
            AlertWords.Warning,
            Minutes(10),
            new(ThresholdUnit.Ratio, 0.05),
            (scope, threshold) =>
                $"sum({Once} (rate(milvus_proxy_req_count{{{scope.Series},status=~\"fail|fail_system\",cause!~\"user|cancel\"}}[5m])))"
                + $" / sum({Once} (rate(milvus_proxy_req_count{{{scope.Series},status=\"total\"}}[5m]))) > {threshold}",
            "{{ $value | humanizePercentage }} of the requests fail",
            "The part of all requests that Milvus answers with an error. Before 2.6.19 this includes invalid requests.")
        {
            Metrics = ["milvus_proxy_req_count"],
        },
        new(
            "MilvusSearchSlow",
            Service,
            AlertWords.Warning,
            Minutes(10),
            new(ThresholdUnit.Milliseconds, 1000) { Most = HighestBucket },
            (scope, threshold) => Quantile("milvus_proxy_sq_latency", "query_type", scope, threshold),
            "1% of the requests of type {{ $labels.query_type }} take longer than {{ $value | humanize }} ms",
            "1% of searches and queries take longer in the proxies than the threshold.")
        {
            Metrics = ["milvus_proxy_sq_latency"],
        },
        new(
            "MilvusWriteSlow",
            Service,
            AlertWords.Warning,
            Minutes(10),
            new(ThresholdUnit.Milliseconds, 1000) { Most = HighestBucket },
            (scope, threshold) => Quantile("milvus_proxy_mutation_latency", "msg_type", scope, threshold),
            "1% of the requests of type {{ $labels.msg_type }} take longer than {{ $value | humanize }} ms",
            "1% of inserts, upserts and deletes take longer in the proxies than the threshold.")
        {
            Metrics = ["milvus_proxy_mutation_latency"],
        },
        new(
            "MilvusRequestsQueue",
            Service,
            AlertWords.Warning,
            Minutes(10),
            new(ThresholdUnit.Milliseconds, 200) { Most = HighestBucket },
            (scope, threshold) => Quantile("milvus_proxy_req_in_queue_latency", "pod", scope, threshold),
            "1% of the requests wait longer than {{ $value | humanize }} ms in {{ $labels.pod }}",
            "1% of requests wait in a proxy longer than the threshold, before the proxy works on them.")
        {
            Metrics = ["milvus_proxy_req_in_queue_latency"],
        },
        new(
            "MilvusReadsQueue",
            Service,
            AlertWords.Warning,
            Minutes(10),
            new(ThresholdUnit.Milliseconds, 500) { Most = HighestBucket },
            (scope, threshold) => Quantile("milvus_querynode_sq_queue_latency", "pod", scope, threshold),
            "1% of the searches and queries wait longer than {{ $value | humanize }} ms in {{ $labels.pod }}",
            "1% of searches and queries wait in a query node longer than the threshold, before the query node works on them.")
        {
            Metrics = ["milvus_querynode_sq_queue_latency"],
        },
        new(
            "MilvusRequestsRefused",
            Service,
            AlertWords.Critical,
            Minutes(5),
            null,
            (scope, _) => $"max by (quota_states) (milvus_rootcoord_quota_states{{{scope.Series}}}) > 0",
            "refuses requests: {{ $labels.quota_states }}",
            "Milvus refuses reads or writes to protect itself: memory or disk is exhausted, nodes are far behind, or a quota forbids it.")
        {
            Metrics = ["milvus_rootcoord_quota_states"],
        },
        new(
            "MilvusRateLimited",
            Service,
            AlertWords.Info,
            Minutes(15),
            new(ThresholdUnit.Number, 0),
            (scope, threshold) =>
                $"sum by (msg_type) ({Once} (rate(milvus_proxy_rate_limit_req_count{{{scope.Series},status=\"fail\"}}[5m]))) > {threshold}",
            "limits the rate of {{ $labels.msg_type }}: {{ $value | humanize }} requests are refused each second",
            "Requests exceed a rate limit of the configuration, and are refused.")
        {
            Metrics = ["milvus_proxy_rate_limit_req_count"],
        },
        new(
            "MilvusCheckpointLags",
            Data,
            AlertWords.Critical,
            Minutes(10),
            new(ThresholdUnit.Seconds, 3600),
            (scope, threshold) =>
                $"max(time() - max by (channel_name) (milvus_datacoord_channel_checkpoint_unix_seconds{{{scope.Series}}})) > {threshold}",
            "a channel was last checkpointed {{ $value | humanizeDuration }} ago",
            "Data written to the channel since its last checkpoint is not in the object storage yet: a restart reads it from the message "
                + "queue again.")
        {
            Metrics = ["milvus_datacoord_channel_checkpoint_unix_seconds"],
        },
        new(
            "MilvusConsumeLags",
            Data,
            AlertWords.Warning,
            Minutes(10),
            new(ThresholdUnit.Milliseconds, 300_000),
            (scope, threshold) => $"max by (pod) (milvus_datanode_consume_tt_lag_ms{{{scope.Series}}}) > {threshold}",
            "pod {{ $labels.pod }} is {{ $value | humanize }} ms behind what was written",
            "The node that stores what is written reads the message queue more slowly than clients write, or not at all.")
        {
            Metrics = ["milvus_datanode_consume_tt_lag_ms"],
        },
        new(
            "MilvusReadsLag",
            Data,
            AlertWords.Warning,
            Minutes(10),
            new(ThresholdUnit.Milliseconds, 300_000),
            (scope, threshold) => $"max by (pod) (milvus_querynode_consume_tt_lag_ms{{{scope.Series}}}) > {threshold}",
            "searches on pod {{ $labels.pod }} see what was written {{ $value | humanize }} ms ago",
            "The node that serves searches is behind. Searches with strong consistency wait, or fail; others miss what is new.")
        {
            Metrics = ["milvus_querynode_consume_tt_lag_ms"],
        },
        new(
            "MilvusMetaStoreFails",
            Data,
            AlertWords.Critical,
            Minutes(10),
            new(ThresholdUnit.Number, 0.1),
            (scope, threshold) =>
                $"sum by (meta_op_type) ({Once} (rate(milvus_meta_op_count{{{scope.Series},status=\"fail\"}}[5m]))) > {threshold}",
            "the meta store fails {{ $value | humanize }} operations of type {{ $labels.meta_op_type }} each second",
            "etcd, or another meta store, fails reads or writes of Milvus.")
        {
            Metrics = ["milvus_meta_op_count"],
        },
        new(
            "MilvusObjectStoreFails",
            Data,
            AlertWords.Critical,
            Minutes(10),
            new(ThresholdUnit.Number, 0.1),
            (scope, threshold) =>
                $"sum by (persistent_data_op_type) ({Once} (rate(milvus_storage_op_count{{{scope.Series},status=\"fail\"}}[5m])))"
                + $" > {threshold}",
            "the object storage fails {{ $value | humanize }} operations of type {{ $labels.persistent_data_op_type }} each second",
            "MinIO, S3 or another object storage fails reads or writes of Milvus.")
        {
            Metrics = ["milvus_storage_op_count"],
        },
        new(
            "MilvusFileSystemFails",
            Data,
            AlertWords.Critical,
            Minutes(10),
            new(ThresholdUnit.Number, 0.1),
            (scope, threshold) =>
                $"sum by (fs) ({Once} (rate(milvus_storage_filesystem_failed_count{{{scope.Series}}}[5m]))) > {threshold}",
            "the file system {{ $labels.fs }} fails {{ $value | humanize }} operations each second",
            "The storage layer of Milvus 3 counts failures of its own. They come from the object storage, or from a local disk.")
        {
            Metrics = ["milvus_storage_filesystem_failed_count"],
        },
        new(
            "MilvusQueryNodeCannotStop",
            Data,
            AlertWords.Warning,
            Minutes(20),
            new(ThresholdUnit.Number, 0),
            (scope, threshold) => $"max by (pod) (milvus_querynode_stopping_balance_segment_num{{{scope.Series}}}) > {threshold}",
            "query node {{ $labels.pod }} stops, and still has {{ $value }} segments",
            "A query node that stops hands its segments to others. It cannot, so that an upgrade or a scale-in hangs.")
        {
            Metrics = ["milvus_querynode_stopping_balance_segment_num"],
        },
        new(
            "MilvusMemoryNearLimit",
            Resources,
            AlertWords.Warning,
            Minutes(10),
            new(ThresholdUnit.Ratio, 0.9),
            (scope, threshold) =>
                $"max by (pod, container) (container_memory_working_set_bytes{{{scope.Pods},container!=\"\"}})"
                + $" / max by (pod, container) (kube_pod_container_resource_limits{{{scope.Pods},resource=\"memory\"}}) > {threshold}",
            "pod {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory limit",
            "At the limit the kernel kills the process."),
        new(
            "MilvusCpuNearLimit",
            Resources,
            AlertWords.Warning,
            Minutes(15),
            new(ThresholdUnit.Ratio, 0.9),
            (scope, threshold) =>
                $"max by (pod, container) (rate(container_cpu_usage_seconds_total{{{scope.Pods},container!=\"\"}}[5m]))"
                + $" / max by (pod, container) (kube_pod_container_resource_limits{{{scope.Pods},resource=\"cpu\"}}) > {threshold}",
            "pod {{ $labels.pod }} uses {{ $value | humanizePercentage }} of its CPU limit",
            "At the limit requests wait, and latencies rise."),
        new(
            "MilvusCpuThrottled",
            Resources,
            AlertWords.Info,
            Minutes(15),
            new(ThresholdUnit.Ratio, 0.25),
            (scope, threshold) =>
                $"max by (pod, container) (increase(container_cpu_cfs_throttled_periods_total{{{scope.Pods},container!=\"\"}}[5m]))"
                + $" / max by (pod, container) (increase(container_cpu_cfs_periods_total{{{scope.Pods},container!=\"\"}}[5m]))"
                + $" > {threshold}",
            "pod {{ $labels.pod }} is throttled in {{ $value | humanizePercentage }} of its CFS periods by its CPU limit",
            "The kernel stops the process for the rest of each CFS period in which the process has used up its CPU limit."),
        new(
            "MilvusRestarts",
            Resources,
            AlertWords.Warning,
            Never,
            new(ThresholdUnit.Number, 3),
            (scope, threshold) =>
                $"max by (pod, container) (increase(kube_pod_container_status_restarts_total{{{scope.AllPods}}}[1h])) > {threshold}",
            "container {{ $labels.container }} of pod {{ $labels.pod }} restarted {{ $value | humanize }} times within an hour",
            "A container of Milvus, or of its etcd, object storage or message queue, ends again and again."),
        new(
            "MilvusOutOfMemory",
            Resources,
            AlertWords.Critical,
            Never,
            null,
            (scope, _) =>
                $"max by (pod, container) (kube_pod_container_status_last_terminated_reason{{{scope.AllPods},reason=\"OOMKilled\"}}) == 1"
                + " and on (pod, container)"
                + $" max by (pod, container) (increase(kube_pod_container_status_restarts_total{{{scope.AllPods}}}[15m])) > 0",
            "container {{ $labels.container }} of pod {{ $labels.pod }} ran out of memory, and was killed",
            "The container reached its memory limit, and the kernel killed it."),
        new(
            "MilvusVolumeFillsUp",
            Resources,
            AlertWords.Warning,
            Minutes(15),
            new(ThresholdUnit.Ratio, 0.1),
            (scope, threshold) =>
                $"max by (persistentvolumeclaim) (kubelet_volume_stats_available_bytes{{{scope.Volumes}}})"
                + $" / max by (persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{{{scope.Volumes}}}) < {threshold}",
            "volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left",
            "A volume of Milvus, or of its etcd, object storage or message queue, is nearly full."),
        new(
            "MilvusFilesRunOut",
            Resources,
            AlertWords.Warning,
            Minutes(15),
            new(ThresholdUnit.Ratio, 0.8),
            (scope, threshold) =>
                $"max by (pod, instance) (process_open_fds{{{scope.Targets}}})"
                + $" / max by (pod, instance) (process_max_fds{{{scope.Targets}}}) > {threshold}",
            "pod {{ $labels.pod }} has {{ $value | humanizePercentage }} of its files open",
            "A process that has reached its limit of open files cannot accept connections or open files."),
        new(
            "MilvusTooManySeries",
            Cost,
            AlertWords.Info,
            Minutes(15),
            new(ThresholdUnit.Number, 100_000),
            (scope, threshold) => $"max by (pod, instance) (scrape_samples_scraped{{{scope.Targets}}}) > {threshold}",
            "pod {{ $labels.pod }} serves {{ $value | humanize }} series",
            "Some metrics have a series for each collection, and keep it. Memory and storage of Prometheus grow with them."),
    ];

    private static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);

    private static string Quantile(string metric, string label, MilvusSeries scope, string threshold) =>
        $"histogram_quantile(0.99, sum by ({label}, le) ({Once} (rate({metric}_bucket{{{scope.Series}}}[5m])))) > {threshold}";
}
