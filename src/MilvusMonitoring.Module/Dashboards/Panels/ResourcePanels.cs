namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>The panels about what Milvus needs of machines and of the object storage.</summary>
internal static class ResourcePanels
{
    public const string NeedsBoth = "Needs cAdvisor (the kubelet) and kube-state-metrics.";

    private const string NeedsContainers = "Needs cAdvisor (the kubelet).";
    private const string NeedsState = "Needs kube-state-metrics.";
    private const string NeedsKubelet = "Needs the kubelet.";

    private const string InNamespace = "namespace=~\"$namespace\"";
    private const string OfContainer = $"{InNamespace},container!=\"\"";
    private const string Restarts = $"kube_pod_container_status_restarts_total{{{InNamespace}}}";
    private const string NotReady = $"kube_pod_status_ready{{{InNamespace},condition!=\"true\"}}";
    private const string ByPod = "namespace, pod";

    public static IReadOnlyList<PanelRow> Create(PanelScope scope) =>
    [
        new(
            "Processes",
            new Panel(
                "How much CPU?",
                PanelUnit.Number,
                "Cores that each process of Milvus uses.",
                new PanelQuery("{{pod}}", OfProcess(scope, "process_cpu_seconds_total", isCounter: true))),
            new Panel(
                "How much memory?",
                PanelUnit.Bytes,
                "The resident memory of each process of Milvus.",
                new PanelQuery("{{pod}}", MemoryOfProcess(scope))),
            new Panel(
                "How much of it is Go's?",
                PanelUnit.Bytes,
                "The heap that the Go code of Milvus has in use. The rest of the memory is data and the C++ engine's.",
                new PanelQuery("{{pod}}", OfProcess(scope, "go_memstats_heap_inuse_bytes", isCounter: false))),
            new Panel(
                "How many files are open?",
                PanelUnit.Ratio,
                "Open files and connections as a part of what the process may open. At 100% the process cannot accept connections or "
                    + "open files.",
                new PanelQuery(
                    "{{pod}}",
                    $"({OfProcess(scope, "process_open_fds", isCounter: false)})"
                        + $" / ({OfProcess(scope, "process_max_fds", isCounter: false)})"))
            {
                Alert = "MilvusFilesRunOut",
                Thresholds = OverviewPanels.ThresholdOf("MilvusFilesRunOut"),
            },
            new Panel(
                "How many goroutines?",
                PanelUnit.Number,
                "Goroutines of each process. A number that only grows is a leak.",
                new PanelQuery("{{pod}}", OfProcess(scope, "go_goroutines", isCounter: false))),
            new Panel(
                "How many threads?",
                PanelUnit.Number,
                "Threads of each process, as Milvus counts them.",
                new PanelQuery("{{pod}}", scope.Max("milvus_thread_num", "pod"))),
            new Panel(
                "Which threads work?",
                PanelUnit.Number,
                "Threads that are busy, by pool.",
                new PanelQuery("{{thread_pool}}", scope.Sum("milvus_thread_cpu_active_num_by_pool", "thread_pool"))),
            new Panel(
                "How long do calls of the engine wait?",
                PanelUnit.Seconds,
                "The time that calls into the C++ engine wait for a thread: 99% wait no longer.",
                new PanelQuery("{{pod}}", scope.Quantile(0.99, "milvus_cgo_cgo_queue_duration_seconds", "pod"))),
            new Panel(
                "How long does garbage collection stop the process?",
                PanelUnit.Seconds,
                "The longest pause of the Go garbage collector in each process.",
                new PanelQuery("{{pod}}", OfProcess(scope, "go_gc_duration_seconds", isCounter: false, "quantile=\"1\""))),
            new Panel(
                "Since when do they run?",
                PanelUnit.Seconds,
                "The time since each process began. A drop is a restart.",
                new PanelQuery("{{pod}}", $"time() - ({OfProcess(scope, "process_start_time_seconds", isCounter: false)})")),
            new Panel(
                "Which version runs?",
                PanelUnit.Number,
                "Each pod of Milvus with its version.",
                new PanelQuery(string.Empty, scope.Sum("milvus_build_info", $"{PanelScope.Identity}, pod, version")))
            {
                Kind = PanelKind.Table,
                Width = 12,
                Height = 9,
            }),
        new(
            "Limits",
            new Panel(
                "How near are pods to their memory limit?",
                PanelUnit.Ratio,
                $"Memory of each container as a part of its limit; at 100% the kernel kills it. {NeedsBoth}",
                new PanelQuery("{{pod}}", MemoryOfLimit(scope)))
            {
                Alert = "MilvusMemoryNearLimit",
                Thresholds = OverviewPanels.ThresholdOf("MilvusMemoryNearLimit"),
            },
            new Panel(
                "How near are pods to their CPU limit?",
                PanelUnit.Ratio,
                $"CPU of each container as a part of its limit; at 100% requests wait. {NeedsBoth}",
                new PanelQuery("{{pod}}", CpuOfLimit(scope)))
            {
                Alert = "MilvusCpuNearLimit",
                Thresholds = OverviewPanels.ThresholdOf("MilvusCpuNearLimit"),
            },
            new Panel(
                "How much are pods throttled?",
                PanelUnit.Ratio,
                $"The part of the CFS periods in which the kernel stops a container that has used up its CPU limit. {NeedsContainers}",
                new PanelQuery(
                    "{{pod}}",
                    scope.OfMilvus(
                        RateOfContainer("container_cpu_cfs_throttled_periods_total")
                            + $" / {RateOfContainer("container_cpu_cfs_periods_total")}",
                        ByPod)))
            {
                Alert = "MilvusCpuThrottled",
                Thresholds = OverviewPanels.ThresholdOf("MilvusCpuThrottled"),
            },
            new Panel(
                "Which containers restarted?",
                PanelUnit.Number,
                "Restarts in the last hour of all containers in the namespaces of the chosen Milvus, with its etcd, object storage "
                    + "and message "
                    + $"queue. {NeedsState}",
                new PanelQuery(
                    "{{pod}} {{container}}",
                    scope.AboveNothing(
                        $"({InTheNamespaces(scope, $"max by (namespace, pod, container) (increase({Restarts}[1h]))")})",
                        "pod")))
            {
                Alert = "MilvusRestarts",
                Thresholds = OverviewPanels.ThresholdOf("MilvusRestarts"),
            },
            new Panel(
                "Which pods are not ready?",
                PanelUnit.Number,
                "1 for each pod that is not ready in the namespaces of the chosen Milvus; pods of jobs that have ended count too. "
                    + $"{NeedsState}",
                new PanelQuery(
                    "{{pod}}",
                    scope.AboveNothing($"({InTheNamespaces(scope, $"max by (namespace, pod) ({NotReady})")})", "pod")))
            {
                Alert = "MilvusTargetDown",
                Thresholds = PanelThreshold.BadFrom(1),
            },
            new Panel(
                "How full are the volumes?",
                PanelUnit.Ratio,
                $"The used part of each volume in the namespaces of the chosen Milvus. {NeedsKubelet}",
                new PanelQuery(
                    "{{persistentvolumeclaim}}",
                    InTheNamespaces(
                        scope,
                        $"1 - max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{{{InNamespace}}})"
                            + $" / max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{{{InNamespace}}})")))
            {
                Kind = PanelKind.BarGauge,
                Alert = "MilvusVolumeFillsUp",
                Thresholds = PanelThreshold.BadFrom(0.8, 0.9),
            },
            new Panel(
                "How much comes over the network?",
                PanelUnit.BytesPerSecond,
                $"Bytes per second that each pod receives and sends. {NeedsContainers}",
                new PanelQuery("in {{pod}}", scope.OfMilvus(NetworkOf("receive"), ByPod)),
                new PanelQuery("out {{pod}}", scope.OfMilvus(NetworkOf("transmit"), ByPod)))
            {
                Height = 8,
            }),
        new(
            "Object storage",
            new Panel(
                "How many operations are there?",
                PanelUnit.PerSecond,
                "Operations on the object storage per second, by kind.",
                new PanelQuery(
                    "{{persistent_data_op_type}}",
                    scope.SumRate("milvus_storage_op_count", "persistent_data_op_type", "status=\"total\""))),
            new Panel(
                "Do they fail?",
                PanelUnit.PerSecond,
                "Operations per second that failed, by kind.",
                new PanelQuery(
                    "{{persistent_data_op_type}}",
                    scope.SumFailures("milvus_storage_op_count", "persistent_data_op_type")))
            {
                Alert = "MilvusObjectStoreFails",
                Thresholds = OverviewPanels.ThresholdOf("MilvusObjectStoreFails"),
            },
            new Panel(
                "How long do they take?",
                PanelUnit.Milliseconds,
                "The time of operations: 99% take no longer.",
                new PanelQuery(
                    "{{persistent_data_op_type}}",
                    scope.Quantile(0.99, "milvus_storage_request_latency", "persistent_data_op_type"))),
            new Panel(
                "How much is written and read?",
                PanelUnit.BytesPerSecond,
                "Bytes per second, by kind of operation.",
                new PanelQuery("{{persistent_data_op_type}}", scope.SumVolume("milvus_storage_kv_size", "persistent_data_op_type"))),
            new Panel(
                "How much does the storage layer read and write?",
                PanelUnit.BytesPerSecond,
                "Bytes per second that the storage layer of Milvus 3 reads and writes, by file system.",
                new PanelQuery("read {{fs}}", scope.SumRate("milvus_storage_filesystem_read_bytes", "fs")),
                new PanelQuery("write {{fs}}", scope.SumRate("milvus_storage_filesystem_write_bytes", "fs"))),
            new Panel(
                "Does the storage layer fail?",
                PanelUnit.PerSecond,
                "Failures per second of the storage layer of Milvus 3, by file system.",
                new PanelQuery("{{fs}}", scope.SumRate("milvus_storage_filesystem_failed_count", "fs")))
            {
                Alert = "MilvusFileSystemFails",
                Thresholds = OverviewPanels.ThresholdOf("MilvusFileSystemFails"),
            }),
        new(
            "Cost of watching",
            new Panel(
                "How many series?",
                PanelUnit.Number,
                "Series that each pod shows to Prometheus. Some metrics have a series for each collection, and keep it.",
                new PanelQuery("{{pod}}", OfProcess(scope, "scrape_samples_scraped", isCounter: false)))
            {
                Alert = "MilvusTooManySeries",
                Thresholds = OverviewPanels.ThresholdOf("MilvusTooManySeries"),
            },
            new Panel(
                "How long does a scrape take?",
                PanelUnit.Seconds,
                "The time in which each pod answers a scrape. It has to stay below the timeout, 10 s unless the monitor says otherwise.",
                new PanelQuery("{{pod}}", OfProcess(scope, "scrape_duration_seconds", isCounter: false)))
            {
                Thresholds = PanelThreshold.BadFrom(10),
            },
            new Panel(
                "Are log lines lost?",
                PanelUnit.PerSecond,
                "Log lines per second that were dropped, or could not be written.",
                new PanelQuery("dropped {{pod}}", scope.SumRate("milvus_logging_dropped_write_total", "pod")),
                new PanelQuery("failed {{pod}}", scope.SumRate("milvus_logging_io_failure_total", "pod")))),
    ];

    public static string MemoryOfProcess(PanelScope scope) => OfProcess(scope, "process_resident_memory_bytes", isCounter: false);

    public static string MemoryOfLimit(PanelScope scope) => scope.OfMilvus(
        $"max by (namespace, pod, container) (container_memory_working_set_bytes{{{OfContainer}}})"
            + $" / max by (namespace, pod, container) (kube_pod_container_resource_limits{{{InNamespace},resource=\"memory\"}})",
        ByPod);

    public static string CpuOfLimit(PanelScope scope) => scope.OfMilvus(
        RateOfContainer("container_cpu_usage_seconds_total")
            + $" / max by (namespace, pod, container) (kube_pod_container_resource_limits{{{InNamespace},resource=\"cpu\"}})",
        ByPod);

    private static string RateOfContainer(string metric) =>
        $"max by (namespace, pod, container) (rate({metric}{{{OfContainer}}}[{PanelScope.Interval}]))";

    private static string NetworkOf(string way) =>
        $"max by (namespace, pod) (rate(container_network_{way}_bytes_total{{{InNamespace},interface=\"eth0\"}}[{PanelScope.Interval}]))";

    private static string InTheNamespaces(PanelScope scope, string expression) =>
        scope.OfMilvus(expression, "namespace");

    private static string OfProcess(PanelScope scope, string metric, bool isCounter, string matchers = "")
    {
        var series = scope.Select(metric, matchers);
        return $"max by (namespace, pod) ({(isCounter ? $"rate({series}[{PanelScope.Interval}])" : series)})"
            + $" and on (namespace, pod) {scope.Select("milvus_build_info")}";
    }
}
