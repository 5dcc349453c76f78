using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Metrics.Queries;

namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>The panels of the overview. Its first row says in words what is wrong.</summary>
internal static class OverviewPanels
{
    /// <summary>Four panels fill a line.</summary>
    private const int LoadWidth = 6;

    private const string Known = "MemoryQuotaExhausted|DiskQuotaExhausted|TimeTickLongDelay";

    public static IReadOnlyList<PanelRow> Create(PanelScope scope) =>
    [
        new(
            "What is wrong?",
            [
                CreateReach(scope),
                CreateMembers(
                    scope,
                    "Can clients connect?",
                    "milvus_rootcoord_proxy_num",
                    "MilvusNoProxy",
                    "NO PROXY: no request works",
                    "proxies",
                    "The number of proxies that the root coordinator knows. Without one, no client can connect."),
                CreateMembers(
                    scope,
                    "Can it search?",
                    "milvus_querycoord_querynode_num",
                    "MilvusNoQueryNode",
                    "NO QUERY NODE: no search works",
                    "query nodes",
                    "The number of query nodes that the query coordinator knows. Without one, no collection can be loaded or searched."),
                CreateRefusals(scope),
                CreateFailures(scope),
                CreateSpeed(
                    scope,
                    "Are searches slow?",
                    "milvus_proxy_sq_latency",
                    "query_type",
                    "MilvusSearchSlow",
                    "p99: SEARCHES ARE SLOW",
                    "p99: fast enough",
                    "no search was answered",
                    "How long 99% of searches and queries take at most, in the slowest of their types."),
                CreateSpeed(
                    scope,
                    "Are writes slow?",
                    "milvus_proxy_mutation_latency",
                    "msg_type",
                    "MilvusWriteSlow",
                    "p99: WRITES ARE SLOW",
                    "p99: fast enough",
                    "no write was answered",
                    "How long 99% of inserts, upserts and deletes take at most, in the slowest of their types."),
                CreateSpeed(
                    scope,
                    "Do requests queue in a proxy?",
                    "milvus_proxy_req_in_queue_latency",
                    "pod",
                    "MilvusRequestsQueue",
                    "p99: REQUESTS QUEUE",
                    "p99: no queue",
                    "no request was answered",
                    "How long 99% of requests wait at most in the busiest proxy, before it works on them."),
                CreateSpeed(
                    scope,
                    "Do searches queue in a query node?",
                    "milvus_querynode_sq_queue_latency",
                    "pod",
                    "MilvusReadsQueue",
                    "p99: SEARCHES QUEUE",
                    "p99: no queue",
                    "no search was answered",
                    "How long 99% of searches and queries wait at most in the busiest query node, before it works on them. If they "
                        + "queue, the query nodes have more to do than they can: add query nodes or replicas, or send less."),
            ]),
        new(
            "Which alerts fire?",
            new Panel(
                "How many alerts fire?",
                PanelUnit.Number,
                "The alerts of Enable-MilvusAlertRule that fire now. Also 0 if the rules do not exist.",
                new PanelQuery("alerts fire", $"count({Firing}) or vector(0)"))
            {
                Kind = PanelKind.Stat,
                Width = 6,
                Height = 6,
                Thresholds = PanelThreshold.BadFrom(1),
            },
            new Panel(
                "Which alerts fire?",
                PanelUnit.Number,
                "Every alert that fires, with the Milvus and the pod that it is about, the critical ones first.",
                new PanelQuery(
                    string.Empty,
                    $"sum by (alertname, severity, {PanelScope.Identity}, pod) ({Firing})"
                        + $" or label_replace(vector(0), \"alertname\", \"no alert fires\", \"\", \"\") unless on () {Firing}"))
            {
                Kind = PanelKind.Table,
                SortedBy = "Severity",
                Width = 18,
                Height = 6,
            }),
        new(
            "Load",
            new Panel(
                "What do clients ask for?",
                PanelUnit.RequestsPerSecond,
                "Requests per second by function, as the proxies get them.",
                new PanelQuery("{{function_name}}", scope.SumRate("milvus_proxy_req_count", "function_name", "status=\"total\"")))
            {
                Width = LoadWidth,
            },
            new Panel(
                "How many vectors a second?",
                PanelUnit.Number,
                "Vectors per second: those that are searched for, and entities that are inserted, upserted and deleted.",
                new PanelQuery("search", scope.SumRate("milvus_proxy_search_vectors_count", string.Empty)),
                new PanelQuery("insert", scope.SumRate("milvus_proxy_insert_vectors_count", string.Empty)),
                new PanelQuery("upsert", scope.SumRate("milvus_proxy_upsert_vectors_count", string.Empty)),
                new PanelQuery("delete", scope.SumRate("milvus_proxy_delete_vectors_count", string.Empty)))
            {
                Width = LoadWidth,
            },
            new Panel(
                "Which requests fail?",
                PanelUnit.RequestsPerSecond,
                "Requests per second that Milvus answers with an error, by function. Before 2.6.19, invalid requests count too.",
                new PanelQuery("{{function_name}}", Failures(scope, "function_name")))
            {
                Alert = "MilvusRequestsFail",
                Width = LoadWidth,
            },
            new Panel(
                "What does Milvus refuse?",
                PanelUnit.RequestsPerSecond,
                "Requests per second that exceed a rate limit, or that Milvus refuses to protect itself, by type.",
                new PanelQuery("{{msg_type}}", scope.SumFailures("milvus_proxy_rate_limit_req_count", "msg_type")))
            {
                Alert = "MilvusRateLimited",
                Thresholds = PanelThreshold.BadFrom(0.001),
                Width = LoadWidth,
            }),
        new(
            "Latency",
            new Panel(
                "How long do searches take?",
                PanelUnit.Milliseconds,
                "The time of searches and queries in the proxies: 99% and 50% of them take no longer.",
                scope.Latency("milvus_proxy_sq_latency", "query_type"))
            {
                Alert = "MilvusSearchSlow",
                Thresholds = ThresholdOf("MilvusSearchSlow"),
            },
            new Panel(
                "How long do writes take?",
                PanelUnit.Milliseconds,
                "The time of inserts, upserts and deletes in the proxies: 99% and 50% of them take no longer.",
                scope.Latency("milvus_proxy_mutation_latency", "msg_type"))
            {
                Alert = "MilvusWriteSlow",
                Thresholds = ThresholdOf("MilvusWriteSlow"),
            },
            new Panel(
                "How long do requests wait?",
                PanelUnit.Milliseconds,
                "The time in queues, before anything works on a request: 99% wait no longer. A long queue is a sign of overload.",
                new PanelQuery("proxy {{pod}}", scope.Quantile(0.99, "milvus_proxy_req_in_queue_latency", "pod")),
                new PanelQuery("query node {{pod}}", scope.Quantile(0.99, "milvus_querynode_sq_queue_latency", "pod")))
            {
                Alert = "MilvusReadsQueue",
                Thresholds = ThresholdOf("MilvusReadsQueue"),
            }),
        new(
            "Is what was written there?",
            new Panel(
                "How far behind are the nodes?",
                PanelUnit.Milliseconds,
                "The age of the newest written data that a node has read. Seconds are normal; if the age grows, the node or the message "
                    + "queue is too slow.",
                new PanelQuery("search {{pod}}", scope.Max("milvus_querynode_consume_tt_lag_ms", "pod")),
                new PanelQuery("store {{pod}}", scope.Max("milvus_datanode_consume_tt_lag_ms", "pod")))
            {
                Alert = "MilvusReadsLag",
                Thresholds = ThresholdOf("MilvusReadsLag"),
            },
            new Panel(
                "When was a channel last checkpointed?",
                PanelUnit.Seconds,
                "The age of the oldest checkpoint. What was written since then is only in the message queue, and a restart reads it again.",
                new PanelQuery(
                    "oldest",
                    $"max(time() - {scope.Max("milvus_datacoord_channel_checkpoint_unix_seconds", "channel_name")})"))
            {
                Alert = "MilvusCheckpointLags",
                Thresholds = ThresholdOf("MilvusCheckpointLags"),
            }),
        new(
            "Resources",
            new Panel(
                "How much memory do the processes have?",
                PanelUnit.Bytes,
                "The resident memory of each process of Milvus.",
                new PanelQuery("{{pod}}", ResourcePanels.MemoryOfProcess(scope))),
            new Panel(
                "How near are pods to their memory limit?",
                PanelUnit.Ratio,
                "Memory of each container as a part of its limit; at 100% the kernel kills it. " + ResourcePanels.NeedsBoth,
                new PanelQuery("{{pod}}", ResourcePanels.MemoryOfLimit(scope)))
            {
                Alert = "MilvusMemoryNearLimit",
                Thresholds = ThresholdOf("MilvusMemoryNearLimit"),
            },
            new Panel(
                "How near are pods to their CPU limit?",
                PanelUnit.Ratio,
                "CPU of each container as a part of its limit; at 100% requests wait. " + ResourcePanels.NeedsBoth,
                new PanelQuery("{{pod}}", ResourcePanels.CpuOfLimit(scope)))
            {
                Alert = "MilvusCpuNearLimit",
                Thresholds = ThresholdOf("MilvusCpuNearLimit"),
            }),
    ];

    /// <summary>The colours by which a panel agrees with an alert.</summary>
    public static IReadOnlyList<PanelThreshold> ThresholdOf(string alert) => PanelThreshold.BadFrom(LimitOf(alert));

    /// <summary>The series of the alerts that fire.</summary>
    public static string Firing =>
        $"ALERTS{{alertname=~\"Milvus.*\",alertstate=\"firing\",{PanelScope.Milvus}}}";

    private static double LimitOf(string alert) => AlertRules.All.First(rule => rule.Name == alert).Threshold!.Default;

    /// <summary>The requests per second that Milvus answers with an error, summed by labels.</summary>
    public static string Failures(PanelScope scope, string by) =>
        scope.SumFailures("milvus_proxy_req_count", by, "status=~\"fail|fail_system\",cause!~\"user|cancel\"");

    /// <summary>Targets that are down have no series of Milvus: those of the last day tell which Milvus a target is of.</summary>
    private static Panel CreateReach(PanelScope scope)
    {
        var targets = $"max by ({PanelScope.Identity}, pod, instance) (up{{{PanelScope.Milvus}}}"
            + $" and on ({PanelScope.Identity}) max_over_time({scope.Select("milvus_build_info")}[1d]))";
        return CreateStat(
            "Does Prometheus reach it?",
            PanelUnit.Number,
            "The targets of Prometheus that do not answer. A pod that does not answer hangs, starts or ends, or the network "
                + "drops the scrape. No data: Prometheus has had no target of this Milvus for a day.",
            new PanelQuery("TARGETS ARE DOWN", $"count({targets} == 0)"),
            new PanelQuery("targets are down", $"0 * count({targets}) unless on () ({targets} == 0)")) with
        {
            Alert = "MilvusTargetDown",
            Thresholds = PanelThreshold.BadFrom(1),
        };
    }

    private static Panel CreateMembers(
        PanelScope scope,
        string title,
        string gauge,
        string alert,
        string fault,
        string members,
        string description)
    {
        var fewest = $"min({scope.Max(gauge, PanelScope.Identity)})";
        return CreateStat(
            title,
            PanelUnit.Number,
            description + " With several Milvus, the lowest number.",
            new PanelQuery(fault, $"{fewest} < 1"),
            new PanelQuery(members, $"{fewest} >= 1")) with
        {
            Alert = alert,
            Thresholds = PanelThreshold.BadBelow(1),
        };
    }

    private static Panel CreateRefusals(PanelScope scope)
    {
        const string Metric = "milvus_rootcoord_quota_states";
        string Of(string matcher) => $"max by (quota_states) ({scope.Each(Metric, matcher)}) > 0";
        return CreateStat(
            "Does it refuse requests?",
            PanelUnit.Number,
            "Milvus refuses reads or writes to protect itself. Memory: query nodes or data nodes are above their watermark; add nodes, or "
                + "release collections. Disk: the quota for the object storage is used up. Lag: nodes are far behind what is written.",
            new PanelQuery("WRITES REFUSED: memory full", Of("quota_states=\"MemoryQuotaExhausted\"")),
            new PanelQuery("WRITES REFUSED: disk full", Of("quota_states=\"DiskQuotaExhausted\"")),
            new PanelQuery("WRITES REFUSED: nodes lag", Of("quota_states=\"TimeTickLongDelay\"")),
            new PanelQuery("REFUSED: {{quota_states}}", Of($"quota_states!~\"{Known}\"")),
            new PanelQuery("nothing is refused", $"{scope.Nothing} unless on () {scope.Select(Metric)} > 0")) with
        {
            Alert = "MilvusRequestsRefused",
            Thresholds = PanelThreshold.BadFrom(1),
            IsWordsOnly = true,
        };
    }

    private static Panel CreateFailures(PanelScope scope)
    {
        var limit = LimitOf("MilvusRequestsFail");
        var all = scope.SumRate("milvus_proxy_req_count", string.Empty, "status=\"total\"");
        var part = $"{Failures(scope, string.Empty)} / {all}";
        return CreateStat(
            "Do requests fail?",
            PanelUnit.Ratio,
            "The part of all requests that Milvus answers with an error. Before 2.6.19 this includes invalid requests.",
            new PanelQuery("of requests FAIL", $"{part} > {PromText.Format(limit)}"),
            new PanelQuery("of requests fail, refused ones aside", $"{part} <= {PromText.Format(limit)}"),
            new PanelQuery("no requests", $"{scope.Nothing} unless on () ({all} > 0)") { IsNeutral = true }) with
        {
            Alert = "MilvusRequestsFail",
            Thresholds = PanelThreshold.BadFrom(limit),
            Width = 4,
        };
    }

    private static Panel CreateSpeed(
        PanelScope scope,
        string title,
        string histogram,
        string by,
        string alert,
        string fault,
        string healthy,
        string idle,
        string description)
    {
        var limit = LimitOf(alert);
        var slowest = $"max({scope.Quantile(0.99, histogram, by)} >= 0)";
        return CreateStat(
            title,
            PanelUnit.Milliseconds,
            description,
            new PanelQuery(fault, $"{slowest} > {PromText.Format(limit)}"),
            new PanelQuery(healthy, $"{slowest} <= {PromText.Format(limit)}"),
            new PanelQuery(idle, $"{scope.Nothing} unless on () {slowest}") { IsNeutral = true }) with
        {
            Alert = alert,
            Thresholds = PanelThreshold.BadFrom(limit),
            Width = 5,
        };
    }

    private static Panel CreateStat(string title, string unit, string description, params PanelQuery[] queries) =>
        new(title, unit, description, queries) { Kind = PanelKind.Stat, Width = 6, Height = 6 };
}
