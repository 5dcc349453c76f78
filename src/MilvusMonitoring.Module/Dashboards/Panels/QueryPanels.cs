namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>The panels about the query nodes.</summary>
internal static class QueryPanels
{
    public static IReadOnlyList<PanelRow> Create(PanelScope scope) =>
    [
        new(
            "Query nodes",
            new Panel(
                "How many query nodes are there?",
                PanelUnit.Number,
                "The query nodes that the query coordinator knows. Without one, nothing can be searched.",
                new PanelQuery("query nodes", scope.Sum("milvus_querycoord_querynode_num", string.Empty)))
            {
                Alert = "MilvusNoQueryNode",
            },
            new Panel(
                "When did a node last answer?",
                PanelUnit.Seconds,
                "The time since the query coordinator last heard from each query node. A node that does not answer is overloaded, or "
                    + "hangs.",
                new PanelQuery(
                    "node {{node_id}}",
                    $"time() - max by (node_id) ({scope.Select("milvus_querycoord_last_heartbeat_timestamp")}) / 1e9"))
            {
                Alert = "MilvusQueryNodeSilent",
                Thresholds = OverviewPanels.ThresholdOf("MilvusQueryNodeSilent"),
            },
            new Panel(
                "What still has to move from nodes that stop?",
                PanelUnit.Number,
                "Segments and channels that a stopping query node has not handed to others yet. It has to reach 0, or an upgrade hangs.",
                new PanelQuery("segments {{pod}}", scope.Max("milvus_querynode_stopping_balance_segment_num", "pod")),
                new PanelQuery("channels {{pod}}", scope.Max("milvus_querynode_stopping_balance_channel_num", "pod")))
            {
                Alert = "MilvusQueryNodeCannotStop",
            }),
        new(
            "Searches and queries",
            new Panel(
                "How many come?",
                PanelUnit.RequestsPerSecond,
                "Searches and queries per second in the query nodes, by type and outcome. One request of a client is several "
                    + "here: one for each shard.",
                new PanelQuery("{{query_type}}", scope.SumRate("milvus_querynode_sq_req_count", "query_type", "status=\"total\"")),
                new PanelQuery("{{query_type}} fails", scope.SumFailures("milvus_querynode_sq_req_count", "query_type"))),
            new Panel(
                "How long do they take?",
                PanelUnit.Milliseconds,
                "The time in the query nodes, in a leader and in the nodes that it asks: 99% take no longer.",
                new PanelQuery("{{query_type}} {{scope}}", scope.Quantile(0.99, "milvus_querynode_sq_req_latency", "query_type, scope"))),
            new Panel(
                "How long do they wait?",
                PanelUnit.Milliseconds,
                "The time in the queue of a query node. If it grows, the node has more to do than it can.",
                scope.Latency("milvus_querynode_sq_queue_latency", "pod"))
            {
                Alert = "MilvusReadsQueue",
                Thresholds = OverviewPanels.ThresholdOf("MilvusReadsQueue"),
            },
            new Panel(
                "How many wait?",
                PanelUnit.Number,
                "Searches and queries that wait in each query node.",
                new PanelQuery("ready {{pod}}", scope.Max("milvus_querynode_read_task_ready_len", "pod")),
                new PanelQuery("unsolved {{pod}}", scope.Max("milvus_querynode_read_task_unsolved_len", "pod"))),
            new Panel(
                "How many run at once?",
                PanelUnit.Number,
                "Searches and queries that each query node works on. At its limit the others wait.",
                new PanelQuery("{{pod}}", scope.Max("milvus_querynode_read_task_concurrency", "pod"))),
            new Panel(
                "Where does the time go?",
                PanelUnit.Milliseconds,
                "The steps in a query node: waiting for what was just written to arrive, searching the segments, merging the results. 99% "
                    + "take no longer.",
                new PanelQuery(
                    "wait for data {{query_type}}",
                    scope.Quantile(0.99, "milvus_querynode_sq_wait_tsafe_latency", "query_type")),
                new PanelQuery("search {{query_type}}", scope.Quantile(0.99, "milvus_querynode_sq_core_latency", "query_type")),
                new PanelQuery("merge {{query_type}}", scope.Quantile(0.99, "milvus_querynode_sq_reduce_latency", "query_type"))),
            new Panel(
                "How long does one segment take?",
                PanelUnit.Milliseconds,
                "The time of a search in one segment, by the state of the segment. A growing segment has no index, and takes longer.",
                new PanelQuery(
                    "{{query_type}} {{segment_state}}",
                    scope.Quantile(0.99, "milvus_querynode_sq_segment_latency", "query_type, segment_state"))),
            new Panel(
                "How large are searches?",
                PanelUnit.Number,
                "The number of vectors (NQ) and of results (topk) of a search: 99% have no more.",
                new PanelQuery("NQ", scope.Quantile(0.99, "milvus_querynode_search_nq", string.Empty)),
                new PanelQuery("topk", scope.Quantile(0.99, "milvus_querynode_search_topk", string.Empty)),
                new PanelQuery("NQ of a group", scope.Quantile(0.99, "milvus_querynode_search_group_nq", string.Empty))),
            new Panel(
                "How many segments does a search touch?",
                PanelUnit.Number,
                "The number of segments that a search reads: 99% read no more. Pruning by partition or clustering key makes it fewer.",
                new PanelQuery("{{query_type}}", scope.Quantile(0.99, "milvus_querynode_search_hit_segment_num", "query_type")),
                new PanelQuery(
                    "skipped {{query_type}}",
                    scope.Quantile(0.99, "milvus_querynode_segment_filter_skipped_segment_num", "query_type"))),
            new Panel(
                "Which searches find only part?",
                PanelUnit.PerSecond,
                "Searches and queries per second that answered without all of the data, because a part of it was not available.",
                new PanelQuery("{{query_type}}", scope.SumRate("milvus_querynode_partial_result_count", "query_type"))),
            new Panel(
                "How do tasks leave the queue?",
                PanelUnit.Milliseconds,
                "The time that tasks spend waiting and running in the scheduler of a query node, by outcome: 99% take no longer.",
                new PanelQuery("wait {{outcome}}", scope.Quantile(0.99, "milvus_querynode_read_task_queue_duration", "outcome")),
                new PanelQuery("run {{outcome}}", scope.Quantile(0.99, "milvus_querynode_read_task_execute_duration", "outcome"))),
            new Panel(
                "How long do calls of the engine take?",
                PanelUnit.Milliseconds,
                "The time of calls of the query nodes into the C++ engine, by call: 99% take no longer.",
                new PanelQuery("{{cgo_name}} {{cgo_type}}", scope.Quantile(0.99, "milvus_querynode_cgo_latency", "cgo_name, cgo_type"))),
            new Panel(
                "How long do two-stage searches take?",
                PanelUnit.Milliseconds,
                "The time of both stages of a two-stage search: 99% take no longer.",
                new PanelQuery("stage 1", scope.Quantile(0.99, "milvus_querynode_two_stage_search_stage1_latency", string.Empty)),
                new PanelQuery("stage 2", scope.Quantile(0.99, "milvus_querynode_two_stage_search_stage2_latency", string.Empty)))),
        new(
            "What is loaded?",
            new Panel(
                "How many entities?",
                PanelUnit.Number,
                "Entities in each query node that can be searched. Nodes far apart are out of balance.",
                new PanelQuery("{{pod}}", scope.Sum("milvus_querynode_entity_num", "pod"))),
            new Panel(
                "How many segments?",
                PanelUnit.Number,
                "Segments in each query node by state.",
                new PanelQuery("{{pod}} {{segment_state}}", scope.Sum("milvus_querynode_segment_num", "pod, segment_state"))),
            new Panel(
                "How much memory do the entities need?",
                PanelUnit.Bytes,
                "The memory of loaded entities in each query node.",
                new PanelQuery("{{pod}}", scope.Sum("milvus_querynode_entity_size", "pod"))),
            new Panel(
                "How much of the local disk is used?",
                PanelUnit.Megabytes,
                "The local disk that each query node uses for mmap, DiskANN and its cache.",
                new PanelQuery("{{pod}}", scope.Max("milvus_querynode_disk_used_size", "pod"))),
            new Panel(
                "How many collections?",
                PanelUnit.Number,
                "Collections in each query node, and those that the query coordinator has loaded.",
                new PanelQuery("{{pod}}", scope.Max("milvus_querynode_collection_num", "pod")),
                new PanelQuery("coordinator", scope.Sum("milvus_querycoord_collection_num", string.Empty))),
            new Panel(
                "How much do deletes need?",
                PanelUnit.Bytes,
                "Memory of deletes that are not in the segments yet, in each query node.",
                new PanelQuery("level zero {{pod}}", scope.Sum("milvus_querynode_level_zero_size", "pod")),
                new PanelQuery("buffer {{pod}}", scope.Sum("milvus_querynode_delete_buffer_size", "pod")))),
        new(
            "Loading",
            new Panel(
                "How long does loading a segment take?",
                PanelUnit.Milliseconds,
                "The time of loading a segment from the object storage: 99% and 50% take no longer.",
                scope.Latency("milvus_querynode_load_segment_latency", string.Empty)),
            new Panel(
                "How many segments load at once?",
                PanelUnit.Number,
                "Segments that each query node loads now, by kind.",
                new PanelQuery("{{pod}} {{load_type}}", scope.Sum("milvus_querynode_load_segment_concurrency", "pod, load_type"))),
            new Panel(
                "How long does loading a collection take?",
                PanelUnit.Milliseconds,
                "The time from the request to a loaded collection, and that of a release: 99% take no longer.",
                new PanelQuery("load", scope.Quantile(0.99, "milvus_querycoord_load_latency", string.Empty)),
                new PanelQuery("release", scope.Quantile(0.99, "milvus_querycoord_release_latency", string.Empty))),
            new Panel(
                "Do loads fail?",
                PanelUnit.PerSecond,
                "Requests per second to load and to release that fail.",
                new PanelQuery("load", scope.SumFailures("milvus_querycoord_load_req_count", string.Empty)),
                new PanelQuery("release", scope.SumFailures("milvus_querycoord_release_req_count", string.Empty)))),
        new(
            "Does it see what was written?",
            new Panel(
                "How far behind are the query nodes?",
                PanelUnit.Milliseconds,
                "The age of the newest written data that each query node has read. Searches with strong consistency wait for the "
                    + "newest data.",
                new PanelQuery("{{pod}}", scope.Max("milvus_querynode_consume_tt_lag_ms", "pod")),
                new PanelQuery("dispatcher {{pod}}", scope.Max("milvus_querynode_msg_dispatcher_tt_lag_ms", "pod")))
            {
                Alert = "MilvusReadsLag",
                Thresholds = OverviewPanels.ThresholdOf("MilvusReadsLag"),
            },
            new Panel(
                "How much do they read from the message queue?",
                PanelUnit.BytesPerSecond,
                "Bytes per second in each query node.",
                new PanelQuery("{{pod}}", scope.SumRate("milvus_querynode_consume_bytes_counter", "pod"))),
            new Panel(
                "How many messages wait?",
                PanelUnit.Number,
                "Messages that were read and are not applied yet, by type.",
                new PanelQuery("{{pod}} {{msg_type}}", scope.Sum("milvus_querynode_wait_processing_msg_count", "pod, msg_type"))),
            new Panel(
                "How long does applying take?",
                PanelUnit.Milliseconds,
                "The time of applying inserts and deletes, and of forwarding deletes: 99% take no longer.",
                new PanelQuery("{{msg_type}}", scope.Quantile(0.99, "milvus_querynode_process_insert_or_delete_latency", "msg_type")),
                new PanelQuery(
                    "forward {{function_name}}",
                    scope.Quantile(0.99, "milvus_querynode_forward_delete_latency", "function_name"))),
            new Panel(
                "How old is what a search may see?",
                PanelUnit.Seconds,
                "The age of the oldest checkpoint of what the query nodes serve.",
                new PanelQuery(
                    "oldest",
                    $"max(time() - {scope.Max("milvus_querycoord_current_target_checkpoint_unix_seconds", "channel_name")})"))),
        new(
            "Cache of segments on the local disk",
            new Panel(
                "How often does it load and evict?",
                PanelUnit.PerSecond,
                "Segments per second that each query node loads into its cache and evicts from it. Both often: the cache is too small.",
                new PanelQuery("load {{pod}}", scope.SumRate("milvus_querynode_disk_cache_load_total", "pod")),
                new PanelQuery("evict {{pod}}", scope.SumRate("milvus_querynode_disk_cache_evict_total", "pod"))),
            new Panel(
                "How much does it load and evict?",
                PanelUnit.BytesPerSecond,
                "Bytes per second that each query node loads into its cache and evicts from it.",
                new PanelQuery("load {{pod}}", scope.SumRate("milvus_querynode_disk_cache_load_bytes", "pod")),
                new PanelQuery("evict {{pod}}", scope.SumRate("milvus_querynode_disk_cache_evict_bytes", "pod"))),
            new Panel(
                "How often does a search wait for it?",
                PanelUnit.PerSecond,
                "Accesses to segments per second, and those that waited until the segment was loaded.",
                new PanelQuery("all {{query_type}}", scope.SumRate("milvus_querynode_segment_access_total", "query_type")),
                new PanelQuery("waited {{query_type}}", scope.SumRate("milvus_querynode_segment_access_wait_cache_total", "query_type"))),
            new Panel(
                "How much do searches skip?",
                PanelUnit.Ratio,
                "The part of the segments that a search does not have to read.",
                new PanelQuery("{{segment_prune_label}}", scope.Max("milvus_querynode_segment_prune_ratio", "segment_prune_label")))),
    ];
}
