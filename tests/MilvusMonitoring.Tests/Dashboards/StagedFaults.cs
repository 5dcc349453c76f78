using System.Globalization;
using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>What happens to a Milvus.</summary>
internal enum Stage
{
    Healthy,
    NoQueryNode,
    WritesRefused,
    RequestsQueue,
}

/// <summary>
/// An hour of a Milvus of nine pods in each <see cref="Stage"/>: everything that it, the kubelet and kube-state-metrics show, as samples
/// with times in the text format of OpenMetrics. The fault begins 20 minutes before the end of the hour. Every hour has a time of its own,
/// so that one Prometheus can have all.
/// </summary>
/// <param name="writer">Where the samples go.</param>
/// <param name="stage">What happens.</param>
internal sealed class StagedFaults(TextWriter writer, Stage stage)
{
    private const string Version = "2.6.21";
    private const string QueryNode = "querynode";
    private const double FaultLasts = 1200;
    private const double AlertsLater = 300;
    private const double HighestBucket = 131072;

    private static readonly Pod[] Pods =
    [
        new("proxy", 1, 0.8, 1.1e9), new("proxy", 2, 0.7, 1.0e9), new("mixcoord", 3, 0.4, 0.9e9), new("querynode", 4, 2.1, 5.2e9),
        new("querynode", 5, 2.3, 5.4e9), new("querynode", 6, 2.0, 5.0e9), new("datanode", 7, 0.9, 1.6e9),
        new("streamingnode", 8, 0.6, 1.4e9), new("streamingnode", 9, 0.5, 1.3e9),
    ];

    private static readonly string[] NodesOfData =
    [
        "milvus_datanode_consume", "milvus_datanode_flush", "milvus_datanode_autoflush", "milvus_datanode_fg", "milvus_datanode_msg",
        "milvus_datanode_save", "milvus_datanode_encode", "milvus_cdc_",
    ];

    private static readonly Dictionary<string, string[]> LabelValues = new()
    {
        ["function_name"] = ["Search", "Query", "Insert", "Delete", "DescribeCollection"],
        ["query_type"] = ["search", "query"],
        ["db_name"] = ["default"],
        ["collection_name"] = ["books", "images"],
        ["collection_id"] = ["449001", "449002"],
        ["segment_state"] = ["Growing", "Flushed"],
        ["channel_name"] = ["by-dev-rootcoord-dml_0", "by-dev-rootcoord-dml_1"],
        ["target_channel_name"] = ["other-rootcoord-dml_0"],
        ["target_cluster"] = ["other"],
        ["connection_status"] = ["connected"],
        ["meta_op_type"] = ["get", "txn", "remove"],
        ["persistent_data_op_type"] = ["get", "put", "stat"],
        ["message_op_type"] = ["produce", "consume"],
        ["cache_name"] = ["CollectionInfo"],
        ["cache_state"] = ["hit", "miss"],
        ["path"] = ["/v2/vectordb/entities/search"],
        ["username"] = ["root"],
        ["compaction_type"] = ["MixCompaction", "Level0DeleteCompaction"],
        ["compaction_stage"] = ["executing"],
        ["index_task_status"] = ["Finished", "InProgress"],
        ["task_type"] = ["JobTypeIndexJob", "JobTypeStatsJob"],
        ["task_state"] = ["InProgress", "Finished"],
        ["queue_type"] = ["dq", "dm"],
        ["import_state"] = ["Completed"],
        ["import_stage"] = ["import"],
        ["rg"] = ["__default_resource_group"],
        ["scope"] = ["leader", "worker"],
        ["load_type"] = ["segment"],
        ["thread_pool"] = ["knowhere", "segcore"],
        ["version"] = [Version],
        ["outcome"] = ["success"],
        ["querycoord_task_type"] = ["segment_grow", "balance_segment"],
        ["lock_name"] = ["CollectionLock"],
        ["lock_op"] = ["acquire"],
        ["index_name"] = ["vector"],
        ["data_source"] = ["flush", "compaction"],
        ["data_type"] = ["insert"],
        ["type"] = ["available", "used"],
        ["cgo_name"] = ["AsyncSearch"],
        ["cgo_type"] = ["async"],
        ["segment_prune_label"] = ["partition"],
        ["segment_file_type"] = ["insert_log"],
        ["function_provider"] = ["openai"],
        ["function_type_name"] = ["TextEmbedding"],
    };

    /// <summary>The values of <c>status</c> where they are not those of operations.</summary>
    private static readonly Dictionary<string, string[]> Statuses = new()
    {
        ["milvus_datacoord_compaction_task_num"] = ["pending", "executing"],
        ["milvus_datacoord_task_execute_max_latency"] = ["pending", "executing"],
        ["milvus_rootcoord_entity_num"] = ["total", "loaded"],
    };

    /// <summary>The metrics of coordinators about query nodes.</summary>
    private static readonly string[] OfQueryNodes = ["milvus_querycoord_last_heartbeat_timestamp", "milvus_rootcoord_time_tick_delay"];

    /// <summary>The types of messages differ by what counts them.</summary>
    private static readonly (string Prefix, string[] Types)[] MessageTypes =
    [
        ("milvus_proxy_rate_limit", ["DMLInsert", "DMLDelete", "DQLSearch", "DQLQuery"]),
        ("milvus_proxy_receive", ["search", "query", "insert"]),
        ("milvus_proxy_slow", ["search"]),
        ("milvus_proxy_scanned", ["search", "query"]),
        ("milvus_datanode_consume", ["all"]),
        ("milvus_querynode_consume", ["all"]),
        ("milvus_", ["insert", "delete"]),
    ];

    /// <summary>
    /// How much: the rate of a counter, the value of a gauge, the median of a histogram. The first whose text is in the name counts.
    /// </summary>
    private static readonly (string Part, double Value)[] Usual =
    [
        ("build_info", 1), ("credential_num", 3), ("num_of_roles", 2), ("querycoord_querynode_num", 3), ("proxy_num", 2),
        ("datacoord_datanode_num", 1), ("index_node_num", 1), ("num_node", 1), ("rate_limit_ratio", 1), ("stopping_balance", 0),
        ("force_deny", 0), ("ro_node", 0), ("slow_query", 0.01), ("retry_search", 0.02), ("missing_delete", 0), ("partial_result", 0),
        ("logging_", 0), ("time_tick_delay", 210), ("produce_tt_lag", 190), ("tt_lag_ms", 240), ("workload_score", 18),
        ("prune_ratio", 0.4), ("indexnode_index_task_count", 0.2), ("index_task_count", 6),
        ("compaction_task_num", 3), ("task_count", 4), ("entity_num", 1.2e6), ("stored_rows", 2.4e6), ("disk_used_size", 3200), ("binlog_file_count", 180),
        ("stored_binlog_size", 4.1e9), ("index_files_size", 2.3e9), ("entity_size", 1.6e9), ("level_zero_size", 4e6), ("buffer_size", 2.4e7),
        ("fg_buffer", 4.8e7), ("kv_size", 24000), ("lock_time_cost", 3), ("thread_num", 96), ("thread_cpu_active", 4),
        ("duration_seconds", 0.00004), ("indexnode_", 14), ("compaction_latency", 5200), ("load_latency", 3400), ("load_segment_latency", 900),
        ("import_job_latency", 42000), ("gc_file_scan", 800), ("execute_max_latency", 1500), ("task_latency", 350), ("meta_request", 4),
        ("storage_request", 12), ("sq_queue", 2), ("in_queue", 1), ("sq_latency", 19), ("sq_req_latency", 15), ("sq_core", 9),
        ("mutation_latency", 26), ("search_nq", 4), ("group_nq", 16), ("topk", 60), ("segment_num", 6), ("hit_segment", 9),
        ("_bytes", 640000), ("flushed_data", 900000), ("write_data", 1.2e6),
        ("search_vectors_count", 160), ("upsert_vectors_count", 12), ("delete_vectors_count", 3), ("vectors_count", 70), ("received_nq", 320),
        ("req_count", 40), ("op_count", 18), ("latency", 8), ("duration", 6), ("_count", 12), ("_total", 2), ("ready_len", 1), ("_num", 4),
        ("_len", 1), ("", 2),
    ];

    private readonly string[] _dataPods = ["datanode", "streamingnode"];

    /// <summary>The time at which the hour of a stage ends.</summary>
    public static DateTimeOffset EndOf(Stage stage) => new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero).AddHours(2 * (int)stage);

    /// <summary>Writes the samples.</summary>
    /// <param name="length">How much of the end of the hour.</param>
    /// <param name="step">The time between samples.</param>
    /// <param name="isWanted">Which metrics of Milvus.</param>
    public void Write(TimeSpan length, TimeSpan step, Func<MilvusMetric, bool> isWanted)
    {
        var times = new List<double>();
        for (var time = 3600 - length.TotalSeconds; time <= 3600; time += step.TotalSeconds)
        {
            times.Add(time);
        }

        var version = MilvusVersion.Parse(Version)!;
        foreach (var metric in MilvusMetrics.All.Where(metric => metric.IsIn(version) == true && isWanted(metric)))
        {
            foreach (var pod in Pods.Where(pod => Has(pod, metric.Name)))
            {
                foreach (var labels in Combine(metric, metric.ListLabels(version), pod))
                {
                    WriteMetric(times, metric, labels, pod);
                }
            }
        }

        foreach (var pod in Pods)
        {
            WriteProcess(times, pod);
            WriteContainer(times, pod);
        }

        WriteFaults(times);
        WriteVolumes(times);
    }

    /// <summary>Ends a text of samples.</summary>
    public static void End(TextWriter writer) => writer.Write("# EOF\n");

    private bool Has(Pod pod, string metric) => true switch
    {
        _ when metric == "milvus_rootcoord_quota_states" => false,
        _ when metric.StartsWith("milvus_proxy_", StringComparison.Ordinal) => pod.Role == "proxy",
        _ when metric.StartsWith("milvus_querynode_", StringComparison.Ordinal) => pod.Role == "querynode",
        _ when metric.Contains("coord_", StringComparison.Ordinal) => pod.Role == "mixcoord",
        _ when NodesOfData.Any(prefix => metric.StartsWith(prefix, StringComparison.Ordinal)) => pod.Role == "streamingnode",
        _ when metric.StartsWith("milvus_datanode_", StringComparison.Ordinal) => pod.Role == "datanode",
        _ when metric.StartsWith("milvus_indexnode_", StringComparison.Ordinal) => pod.Role == "datanode",
        _ when metric.StartsWith("milvus_msgstream_", StringComparison.Ordinal) => pod.Role == "streamingnode",
        _ when metric.StartsWith("milvus_meta_", StringComparison.Ordinal) => pod.Role == "mixcoord",
        _ when metric.StartsWith("milvus_storage_", StringComparison.Ordinal) => _dataPods.Contains(pod.Role),
        _ => true,
    };

    private static IEnumerable<string> Combine(MilvusMetric metric, IReadOnlyList<string> labels, Pod pod)
    {
        IEnumerable<string> all = [string.Empty];
        foreach (var label in labels.Where(label => label != "cause"))
        {
            var values = label switch
            {
                "status" => Statuses.GetValueOrDefault(metric.Name, ["total", "success"]),
                "node_id" when OfQueryNodes.Contains(metric.Name) => [.. Pods.Where(other => other.Role == QueryNode).Select(other => other.Id)],
                "role_name" when OfQueryNodes.Contains(metric.Name) => [QueryNode],
                "node_id" => [pod.Id],
                "role_name" => [pod.Role],
                "msg_type" => MessageTypes.First(types => metric.Name.StartsWith(types.Prefix, StringComparison.Ordinal)).Types,
                _ => LabelValues.GetValueOrDefault(label, ["all"]),
            };
            all = all.SelectMany(before => values.Select(value => $"{before}{label}=\"{value}\","));
        }

        return all;
    }

    private void WriteMetric(List<double> times, MilvusMetric metric, string labels, Pod pod)
    {
        var usual = Look(metric.Name);
        var before = metric.Type == MetricType.Histogram ? usual : Adjust(labels, usual);
        var during = Change(metric.Name, labels, before);
        if (metric.Type == MetricType.Histogram)
        {
            WriteHistogram(times, metric.Name, labels, pod, before, during);
        }
        else if (metric.Type == MetricType.Counter)
        {
            Write(times, metric.Name, labels + pod.Target, time => Count(time, before, during, pod), GoneAt(pod));
        }
        else
        {
            Write(times, metric.Name, labels + pod.Target, time => Measure(metric.Name, time, before, during, pod), GoneAt(pod));
        }
    }

    private static double Look(string name) => Usual.First(usual => name.Contains(usual.Part, StringComparison.Ordinal)).Value;

    /// <summary>Few requests are of some kinds, and most tasks are done.</summary>
    private static double Adjust(string labels, double value) => true switch
    {
        _ when labels.Contains("\"DescribeCollection\"", StringComparison.Ordinal) => value / 8,
        _ when labels.Contains("\"Delete\"", StringComparison.Ordinal) => value / 20,
        _ when labels.Contains("\"delete\"", StringComparison.Ordinal) => value / 20,
        _ when labels.Contains("\"miss\"", StringComparison.Ordinal) => value / 50,
        _ when labels.Contains("\"InProgress\"", StringComparison.Ordinal) => Math.Floor(value / 3),
        _ when labels.Contains("\"Growing\"", StringComparison.Ordinal) => value / 10,
        _ when labels.Contains("\"images\"", StringComparison.Ordinal) => value * 0.6,
        _ => value,
    };

    /// <summary>What the fault makes of a value.</summary>
    private double Change(string name, string labels, double value)
    {
        var isRead = Has("Search", "Query", "search", "query", "DQL");
        var isWrite = Has("Insert", "Delete", "insert", "delete", "DML");
        return stage switch
        {
            Stage.NoQueryNode when name == "milvus_querycoord_querynode_num" => 0,
            Stage.NoQueryNode when isRead && labels.Contains("\"success\"", StringComparison.Ordinal) => 0,
            Stage.WritesRefused when isWrite && labels.Contains("\"success\"", StringComparison.Ordinal) => 0,
            Stage.WritesRefused when name.EndsWith("insert_vectors_count", StringComparison.Ordinal) => 0,
            Stage.RequestsQueue when name == "milvus_querynode_read_task_ready_len" => 85,
            Stage.RequestsQueue when name.Contains("sq_queue", StringComparison.Ordinal) => 1300,
            Stage.RequestsQueue when name.Contains("req_in_queue", StringComparison.Ordinal) => 160,
            Stage.RequestsQueue when isRead && name.Contains("latency", StringComparison.Ordinal) => 1700,
            _ => value,
        };

        bool Has(params string[] values) => values.Any(value =>
            labels.Contains($"=\"{value}", StringComparison.Ordinal) && !labels.Contains("DescribeCollection", StringComparison.Ordinal));
    }

    /// <summary>No request succeeds whose nodes are gone or that Milvus refuses: its times are not counted.</summary>
    private bool Stops(string name, string labels) => stage switch
    {
        Stage.NoQueryNode => labels.Contains("query_type", StringComparison.Ordinal),
        Stage.WritesRefused => name.Contains("mutation", StringComparison.Ordinal),
        _ => false,
    };

    private void WriteHistogram(List<double> times, string name, string labels, Pod pod, double before, double during)
    {
        const double PerSecond = 20;
        var rest = Stops(name, labels) ? 0 : PerSecond;
        var scale = name.EndsWith("_seconds", StringComparison.Ordinal) ? 1e-6 : 1;
        for (var bucket = scale; bucket <= HighestBucket * scale; bucket *= 2)
        {
            var (first, then) = (Share(bucket, before) * PerSecond, Share(bucket, during) * rest);
            Write(times, $"{name}_bucket", $"{labels}le=\"{bucket.ToString(CultureInfo.InvariantCulture)}\"," + pod.Target, Sum, GoneAt(pod));

            double Sum(double time) => Count(time, first, then, pod);
        }

        Write(times, $"{name}_bucket", $"{labels}le=\"+Inf\"," + pod.Target, time => Count(time, PerSecond, rest, pod), GoneAt(pod));
        Write(times, $"{name}_count", labels + pod.Target, time => Count(time, PerSecond, rest, pod), GoneAt(pod));
        Write(times, $"{name}_sum", labels + pod.Target, time => Count(time, PerSecond * before, rest * during, pod), GoneAt(pod));
    }

    /// <summary>The part of the values below a limit, if half is below the median and a hundredth above four times the median.</summary>
    private static double Share(double limit, double median) => 1 / (1 + Math.Pow(median / limit, Math.Log(99) / Math.Log(4)));

    /// <summary>A count at a time of the hour: it grows by one rate, and by another after the fault. Load goes up and down.</summary>
    private double Count(double time, double before, double during, Pod pod)
    {
        var fault = 3600 - FaultLasts;
        var changes = stage != Stage.Healthy && time > fault;
        var waves = before * 60 * Math.Sin((Math.Min(time, fault) / 300) + pod.Number);
        var grown = (before * (changes ? fault : time)) + (changes ? during * (time - fault) : 0);
        return 1000 + grown + (waves * 0.8) + (before * 60);
    }

    private double Measure(string name, double time, double before, double during, Pod pod)
    {
        var now = EndOf(stage).ToUnixTimeSeconds() - 3600 + time;
        return name switch
        {
            "milvus_datacoord_channel_checkpoint_unix_seconds" => now - 45 - (time % 60),
            "milvus_querycoord_current_target_checkpoint_unix_seconds" => now - 20 - (time % 30),
            "milvus_rootcoord_timestamp_saved" => now + 3,
            "milvus_querycoord_last_heartbeat_timestamp" => (now - 0.5) * 1e9,
            _ when before < 10 => IsFaulty(time) ? during : before,
            _ => (IsFaulty(time) ? during : before) * (1 + (0.06 * Math.Sin((time / 240) + pod.Number))),
        };
    }

    private bool IsFaulty(double time) => stage != Stage.Healthy && time > 3600 - FaultLasts;

    /// <summary>The time at which a pod goes; null if it stays.</summary>
    private double? GoneAt(Pod pod) => stage == Stage.NoQueryNode && pod.Role == "querynode" ? 3600 - FaultLasts : null;

    private void WriteProcess(List<double> times, Pod pod)
    {
        var memory = stage == Stage.WritesRefused && pod.Role == "querynode" ? 7.6e9 : pod.Memory;
        var cpu = stage == Stage.RequestsQueue && pod.Role == "querynode" ? 3.95 : pod.Cpu;
        var now = EndOf(stage).ToUnixTimeSeconds();
        Write(times, "up", pod.Target, _ => 1, GoneAt(pod));
        Write(times, "process_resident_memory_bytes", pod.Target, time => Ramp(time, pod.Memory, memory), GoneAt(pod));
        Write(times, "container_memory_working_set_bytes", pod.Container, time => Ramp(time, pod.Memory, memory), GoneAt(pod));
        Write(times, "process_cpu_seconds_total", pod.Target, time => Count(time, pod.Cpu, cpu, pod), GoneAt(pod));
        Write(times, "container_cpu_usage_seconds_total", pod.Container, time => Count(time, pod.Cpu, cpu, pod), GoneAt(pod));
        Write(times, "process_open_fds", pod.Target, time => 180 + (20 * Math.Sin(time / 500)), GoneAt(pod));
        Write(times, "process_max_fds", pod.Target, _ => 65536, GoneAt(pod));
        Write(times, "process_start_time_seconds", pod.Target, _ => now - 400_000, GoneAt(pod));
        Write(times, "go_goroutines", pod.Target, time => 900 + (60 * Math.Sin((time / 400) + pod.Number)), GoneAt(pod));
        Write(times, "go_memstats_heap_inuse_bytes", pod.Target, time => 3e8 + (3e7 * Math.Sin((time / 90) + pod.Number)), GoneAt(pod));
        Write(times, "go_gc_duration_seconds", "quantile=\"1\"," + pod.Target, _ => 0.0021, GoneAt(pod));
        Write(times, "scrape_samples_scraped", pod.Target, _ => 2400, GoneAt(pod));
        Write(times, "scrape_duration_seconds", pod.Target, time => 0.02 + (0.004 * Math.Sin(time / 200)), GoneAt(pod));
    }

    /// <summary>A value that comes to another within five minutes of the fault.</summary>
    private double Ramp(double time, double before, double during) => IsFaulty(time)
        ? before + ((during - before) * Math.Min(1, (time - 3600 + FaultLasts) / 300))
        : before * (1 + (0.01 * Math.Sin(time / 300)));

    private void WriteContainer(List<double> times, Pod pod)
    {
        var throttled = stage == Stage.RequestsQueue && pod.Role == "querynode" ? 5 : 0.2;
        Write(times, "kube_pod_container_resource_limits", "resource=\"memory\"," + pod.Container, _ => 8e9, GoneAt(pod));
        Write(times, "kube_pod_container_resource_limits", "resource=\"cpu\"," + pod.Container, _ => 4, GoneAt(pod));
        Write(times, "kube_pod_container_status_restarts_total", pod.Container, _ => 0, GoneAt(pod));
        Write(times, "kube_pod_status_ready", "condition=\"false\"," + pod.Named, _ => 0, GoneAt(pod));
        Write(times, "container_cpu_cfs_periods_total", pod.Container, time => Count(time, 10, 10, pod), GoneAt(pod));
        Write(times, "container_cpu_cfs_throttled_periods_total", pod.Container, time => Count(time, 0.2, throttled, pod), GoneAt(pod));
        foreach (var way in (string[])["receive", "transmit"])
        {
            Write(
                times,
                $"container_network_{way}_bytes_total",
                "interface=\"eth0\"," + pod.Named,
                time => Count(time, 900_000, 900_000, pod),
                GoneAt(pod));
        }
    }

    private void WriteVolumes(List<double> times)
    {
        foreach (var (claim, used) in ((string, double)[])[("data-my-release-etcd-0", 0.2), ("my-release-minio", 0.55)])
        {
            var labels = $"namespace=\"milvus\",persistentvolumeclaim=\"{claim}\"";
            Write(times, "kubelet_volume_stats_capacity_bytes", labels, _ => 1e11, null);
            Write(times, "kubelet_volume_stats_available_bytes", labels, _ => 1e11 * (1 - used), null);
        }
    }

    private void WriteFaults(List<double> times)
    {
        var (proxy, coordinator) = (Pods[0], Pods[2]);
        var alerts = stage switch
        {
            Stage.NoQueryNode => (string[])["MilvusNoQueryNode critical", "MilvusRequestsFail warning"],
            Stage.WritesRefused => ["MilvusRequestsRefused critical", "MilvusMemoryNearLimit warning", "MilvusRateLimited info"],
            Stage.RequestsQueue => ["MilvusSearchSlow warning", "MilvusReadsQueue warning", "MilvusCpuNearLimit warning"],
            _ => [],
        };
        foreach (var alert in alerts.Select(alert => alert.Split(' ')))
        {
            var labels = $"alertname=\"{alert[0]}\",alertstate=\"firing\",severity=\"{alert[1]}\",namespace=\"milvus\",app_kubernetes_io_instance=\"my-release\"";
            Write([.. times.Where(time => time > 3600 - FaultLasts + AlertsLater)], "ALERTS", labels, _ => 1, null);
        }

        var faulty = times.Where(IsFaulty).ToList();
        if (stage == Stage.WritesRefused)
        {
            Write(
                faulty,
                "milvus_rootcoord_quota_states",
                "quota_states=\"MemoryQuotaExhausted\",name=\"default\"," + coordinator.Target,
                _ => 1,
                null);
            Write(faulty, "milvus_proxy_rate_limit_req_count", "node_id=\"1\",msg_type=\"DMLInsert\",status=\"fail\"," + proxy.Target, Fail, null);
            WriteRequests("Insert", "rejected");
        }
        else if (stage == Stage.NoQueryNode)
        {
            WriteRequests("Search", "fail");
            WriteRequests("Query", "fail");
        }

        double Fail(double time) => 40 * (time - 3600 + FaultLasts);

        void WriteRequests(string function, string status) => Write(
            faulty,
            "milvus_proxy_req_count",
            $"node_id=\"1\",function_name=\"{function}\",status=\"{status}\",db_name=\"default\",collection_name=\"books\"," + proxy.Target,
            Fail,
            null);
    }

    private void Write(IReadOnlyList<double> times, string name, string labels, Func<double, double> value, double? until)
    {
        var start = EndOf(stage).ToUnixTimeSeconds() - 3600;
        foreach (var time in times.Where(time => time < (until ?? double.MaxValue)))
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{name}{{{labels}}} {value(time):0.######} {start + time:0}\n"));
        }
    }

    private sealed record Pod(string Role, int Number, double Cpu, double Memory)
    {
        public string Id => Number.ToString(CultureInfo.InvariantCulture);

        public string Named => $"namespace=\"milvus\",pod=\"my-release-milvus-{Role}-{Number}\"";

        public string Container => $"{Named},container=\"{Role}\"";

        public string Target => $"app_kubernetes_io_instance=\"my-release\",app_kubernetes_io_name=\"milvus\",{Named},container=\"{Role}\","
            + $"instance=\"10.0.0.{Number}:9091\",job=\"my-release-milvus\"";
    }
}
