namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>The panels about the coordinators and the meta store.</summary>
internal static class CoordinationPanels
{
    public static IReadOnlyList<PanelRow> Create(PanelScope scope) =>
    [
        new(
            "Members",
            new Panel(
                "Which nodes do the coordinators know?",
                PanelUnit.Number,
                "The nodes of each kind that are registered. Fewer than there are pods: a node has lost its session in etcd, or starts.",
                new PanelQuery("proxies", scope.Sum("milvus_rootcoord_proxy_num", string.Empty)),
                new PanelQuery("query nodes", scope.Sum("milvus_querycoord_querynode_num", string.Empty)),
                new PanelQuery("data nodes", scope.Sum("milvus_datacoord_datanode_num", string.Empty)),
                new PanelQuery("index nodes", scope.Sum("milvus_datacoord_index_node_num", string.Empty)))
            {
                Alert = "MilvusNoProxy",
            },
            new Panel(
                "Which roles run?",
                PanelUnit.Number,
                "The processes of each role that say they run.",
                new PanelQuery("{{role_name}}", scope.Sum("milvus_num_node", "role_name"))),
            new Panel(
                "What is there?",
                PanelUnit.Number,
                "The number of databases' collections and partitions, and of physical channels.",
                new PanelQuery("collections", scope.Sum("milvus_rootcoord_collection_num", string.Empty)),
                new PanelQuery("partitions", scope.Sum("milvus_rootcoord_partition_num", string.Empty)),
                new PanelQuery("channels", scope.Sum("milvus_rootcoord_dml_channel_num", string.Empty))),
            new Panel(
                "Who may do what?",
                PanelUnit.Number,
                "The number of users and of roles.",
                new PanelQuery("users", scope.Sum("milvus_rootcoord_credential_num", string.Empty)),
                new PanelQuery("roles", scope.Sum("milvus_rootcoord_num_of_roles", string.Empty))),
            new Panel(
                "How are query nodes grouped?",
                PanelUnit.Number,
                "Query nodes and replicas in each resource group, and the read-only nodes, which are leaving a replica.",
                new PanelQuery("nodes of {{rg}}", scope.Sum("milvus_querycoord_resource_group_info", "rg")),
                new PanelQuery("replicas of {{rg}}", scope.Sum("milvus_querycoord_resource_group_replica_total", "rg")),
                new PanelQuery("leaving", scope.Sum("milvus_querycoord_replica_ro_node_total", string.Empty)))),
        new(
            "Quotas",
            new Panel(
                "What does Milvus refuse, and why?",
                PanelUnit.Number,
                "1 while Milvus refuses requests for a reason. MemoryQuotaExhausted: nodes are above their memory watermark. "
                    + "DiskQuotaExhausted: the disk quota is used up. TimeTickLongDelay: nodes are far behind what is "
                    + "written. ForceDeny: the configuration says so.",
                new PanelQuery(
                    "{{quota_states}}",
                    scope.AboveNothing(scope.Max("milvus_rootcoord_quota_states", "quota_states"), "quota_states")))
            {
                Alert = "MilvusRequestsRefused",
                Thresholds = PanelThreshold.BadFrom(1),
            },
            new Panel(
                "How often did Milvus begin to refuse writes?",
                PanelUnit.PerSecond,
                "How often per second Milvus began to refuse all writes.",
                new PanelQuery("begins", scope.SumRate("milvus_rootcoord_force_deny_writing_counter", string.Empty))),
            new Panel(
                "What part of its rate may each collection use?",
                PanelUnit.Ratio,
                "Milvus lowers the rates of collections to protect nodes: 100% is the whole rate, 0% refuses all. The ten lowest.",
                new PanelQuery("{{collection_id}}", $"bottomk(10, {scope.Max("milvus_rootcoord_rate_limit_ratio", "collection_id")})"))
            {
                Alert = "MilvusRateLimited",
            },
            new Panel(
                "How far behind are the nodes?",
                PanelUnit.Milliseconds,
                "The longest delay that the root coordinator sees, of data nodes and query nodes. Seconds are normal; writes "
                    + "are slowed if it grows.",
                new PanelQuery("{{role_name}} {{node_id}}", TimeTickDelay(scope)))
            {
                Alert = "MilvusConsumeLags",
                Thresholds = OverviewPanels.ThresholdOf("MilvusConsumeLags"),
            }),
        new(
            "DDL",
            new Panel(
                "How many DDL requests come?",
                PanelUnit.RequestsPerSecond,
                "Requests per second that create, drop or change something, by function and outcome.",
                new PanelQuery(
                    "{{function_name}} {{status}}",
                    scope.SumRate("milvus_rootcoord_ddl_req_count", "function_name, status", "status!=\"total\""))),
            new Panel(
                "How long do they take?",
                PanelUnit.Milliseconds,
                "The time of DDL requests: 99% take no longer.",
                new PanelQuery("{{function_name}}", scope.Quantile(0.99, "milvus_rootcoord_ddl_req_latency", "function_name"))),
            new Panel(
                "How long do they wait?",
                PanelUnit.Milliseconds,
                "DDL requests run one after another. The time that they wait for their turn: 99% wait no longer.",
                new PanelQuery("{{function_name}}", scope.Quantile(0.99, "milvus_rootcoord_ddl_req_latency_in_queue", "function_name")))),
        new(
            "Time",
            new Panel(
                "How far is the saved time ahead?",
                PanelUnit.Seconds,
                "The time up to which Milvus may give timestamps, against the clock of Prometheus. A few seconds are normal; if it "
                    + "falls far below 0, the root coordinator cannot write to etcd, or hangs.",
                new PanelQuery("ahead", scope.MaxAhead("milvus_rootcoord_timestamp_saved", string.Empty))),
            new Panel(
                "How far behind is each channel?",
                PanelUnit.Milliseconds,
                "The age of the newest time that the root coordinator has sent to each channel; the ten oldest.",
                new PanelQuery("{{channel_name}}", $"topk(10, {scope.Max("milvus_rootcoord_produce_tt_lag_ms", "channel_name")})")),
            new Panel(
                "How long does sending the time take?",
                PanelUnit.Milliseconds,
                "The time of sending a time tick to all channels: 99% take no longer.",
                scope.Latency("milvus_rootcoord_sync_timetick_latency", string.Empty))),
        new(
            "Tasks of the query coordinator",
            new Panel(
                "How many tasks are there?",
                PanelUnit.Number,
                "Tasks that move, load or release segments and channels, by type. If they do not go away, look at the logs of the query "
                    + "coordinator.",
                new PanelQuery("{{querycoord_task_type}}", scope.Sum("milvus_querycoord_task_num", "querycoord_task_type"))),
            new Panel(
                "How long do they take?",
                PanelUnit.Milliseconds,
                "The time of tasks: 99% take no longer.",
                new PanelQuery("{{task_type}}", scope.Quantile(0.99, "milvus_querycoord_task_latency", "task_type"))),
            new Panel(
                "What waits for a lock?",
                PanelUnit.Milliseconds,
                "The time that was last needed for each lock; the ten longest.",
                new PanelQuery("{{lock_name}} {{lock_op}}", $"topk(10, {scope.Max("milvus_lock_time_cost", "lock_name, lock_op")})"))),
        new(
            "Meta store (etcd)",
            new Panel(
                "How many operations are there?",
                PanelUnit.PerSecond,
                "Operations on the meta store per second, by kind.",
                new PanelQuery("{{meta_op_type}}", scope.SumRate("milvus_meta_op_count", "meta_op_type", "status=\"total\""))),
            new Panel(
                "Do they fail?",
                PanelUnit.PerSecond,
                "Operations per second that failed, by kind. Milvus stands still without its meta store.",
                new PanelQuery("{{meta_op_type}}", scope.SumFailures("milvus_meta_op_count", "meta_op_type")))
            {
                Alert = "MilvusMetaStoreFails",
                Thresholds = OverviewPanels.ThresholdOf("MilvusMetaStoreFails"),
            },
            new Panel(
                "How long do they take?",
                PanelUnit.Milliseconds,
                "The time of operations: 99% take no longer. Over 100 ms the disk of etcd is too slow, or the network.",
                new PanelQuery("{{meta_op_type}}", scope.Quantile(0.99, "milvus_meta_request_latency", "meta_op_type"))),
            new Panel(
                "How much is written and read?",
                PanelUnit.BytesPerSecond,
                "Bytes of values per second, by kind of operation.",
                new PanelQuery("{{meta_op_type}}", scope.SumVolume("milvus_meta_kv_size", "meta_op_type"))),
            new Panel(
                "How many ids are given?",
                PanelUnit.PerSecond,
                "Ids per second that the root coordinator gives to entities, segments and others.",
                new PanelQuery("ids", scope.SumRate("milvus_rootcoord_id_alloc_count", string.Empty)))),
    ];

    /// <summary>The label <c>node_id</c> is of the node that is meant, and not of the coordinator.</summary>
    private static string TimeTickDelay(PanelScope scope) =>
        $"max by (role_name, node_id) ({scope.Select("milvus_rootcoord_time_tick_delay")})";
}
