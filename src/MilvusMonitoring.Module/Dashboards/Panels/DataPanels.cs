namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>The panels about what is stored, and how it gets there.</summary>
internal static class DataPanels
{
    private const string Collection = "collection {{collection_id}}";

    public static IReadOnlyList<PanelRow> Create(PanelScope scope) =>
    [
        new(
            "What is stored?",
            new Panel(
                "How many rows?",
                PanelUnit.Number,
                "Rows in the segments of each of the ten largest collections, by the id of the collection.",
                new PanelQuery(Collection, $"topk(10, {scope.Sum("milvus_datacoord_stored_rows_num", "collection_id")})")),
            new Panel(
                "How much data?",
                PanelUnit.Bytes,
                "Bytes in the object storage of each of the ten largest collections: what was inserted, without indexes.",
                new PanelQuery(Collection, $"topk(10, {scope.Sum("milvus_datacoord_stored_binlog_size", "collection_id")})")),
            new Panel(
                "How much index?",
                PanelUnit.Bytes,
                "Bytes of index files in the object storage of each of the ten largest collections.",
                new PanelQuery(Collection, $"topk(10, {scope.Sum("milvus_datacoord_stored_index_files_size", "collection_id")})")),
            new Panel(
                "How many segments?",
                PanelUnit.Number,
                "Segments by state. Growing takes new rows, Sealed and Flushing are on their way to storage, Flushed is "
                    + "stored, Dropped waits to be deleted.",
                new PanelQuery("{{segment_state}}", scope.Sum("milvus_datacoord_segment_num", "segment_state"))),
            new Panel(
                "How many files?",
                PanelUnit.Number,
                "Files of segments in each of the ten collections with most. Compaction makes them fewer.",
                new PanelQuery(Collection, $"topk(10, {scope.Sum("milvus_datacoord_segment_binlog_file_count", "collection_id")})")),
            new Panel(
                "How many deletes are not compacted?",
                PanelUnit.Number,
                "Deletes in level-zero segments of each of the ten collections with most. They slow searches until a compaction "
                    + "applies them.",
                new PanelQuery(Collection, $"topk(10, {scope.Sum("milvus_datacoord_l0_delete_entries_num", "collection_id")})"))),
        new(
            "From the message queue",
            new Panel(
                "How far behind are the nodes that store?",
                PanelUnit.Milliseconds,
                "The age of the newest written data that each node has read. Data nodes read until 2.5, streaming nodes from 2.6 on.",
                new PanelQuery("{{pod}}", scope.Max("milvus_datanode_consume_tt_lag_ms", "pod")),
                new PanelQuery("dispatcher {{pod}}", scope.Max("milvus_datanode_msg_dispatcher_tt_lag_ms", "pod")))
            {
                Alert = "MilvusConsumeLags",
                Thresholds = OverviewPanels.ThresholdOf("MilvusConsumeLags"),
            },
            new Panel(
                "When was each channel last checkpointed?",
                PanelUnit.Seconds,
                "The age of the checkpoint of the ten oldest channels. What was written since then is only in the message queue.",
                new PanelQuery(
                    "{{channel_name}}",
                    $"topk(10, time() - {scope.Max("milvus_datacoord_channel_checkpoint_unix_seconds", "channel_name")})"))
            {
                Alert = "MilvusCheckpointLags",
                Thresholds = OverviewPanels.ThresholdOf("MilvusCheckpointLags"),
            },
            new Panel(
                "How much is read?",
                PanelUnit.BytesPerSecond,
                "Bytes per second that each node reads from the message queue to store them.",
                new PanelQuery("{{pod}} {{msg_type}}", scope.SumRate("milvus_datanode_consume_bytes_count", "pod, msg_type"))),
            new Panel(
                "How many rows are read a second?",
                PanelUnit.Number,
                "Rows per second that are read from the message queue, by type.",
                new PanelQuery("{{msg_type}}", scope.SumRate("milvus_datanode_msg_rows_count", "msg_type"))),
            new Panel(
                "How many channels does each node read?",
                PanelUnit.Number,
                "The flow graphs of each node: one for each channel that it stores.",
                new PanelQuery("{{pod}}", scope.Max("milvus_datanode_flowgraph_num", "pod"))),
            new Panel(
                "How many operations on the message queue are there?",
                PanelUnit.PerSecond,
                "Operations per second by kind, and those that fail.",
                new PanelQuery("{{message_op_type}}", scope.SumRate("milvus_msgstream_op_count", "message_op_type", "status=\"total\"")),
                new PanelQuery("{{message_op_type}} fails", scope.SumFailures("milvus_msgstream_op_count", "message_op_type"))),
            new Panel(
                "How long do operations on the message queue take?",
                PanelUnit.Milliseconds,
                "The time of operations by kind: 99% take no longer.",
                new PanelQuery("{{message_op_type}}", scope.Quantile(0.99, "milvus_msgstream_request_latency", "message_op_type"))),
            new Panel(
                "Who reads the message queue?",
                PanelUnit.Number,
                "Consumers of the message queue by role.",
                new PanelQuery("{{role_name}}", scope.Sum("milvus_msg_queue_consumer_num", "role_name")))),
        new(
            "Flush",
            new Panel(
                "How many flushes are there?",
                PanelUnit.PerSecond,
                "Buffers per second that are written to the object storage: flush was asked for, auto was a full buffer.",
                new PanelQuery("flush", scope.SumRate("milvus_datanode_flush_buffer_op_count", string.Empty, "status=\"total\"")),
                new PanelQuery("auto", scope.SumRate("milvus_datanode_autoflush_buffer_op_count", string.Empty, "status=\"total\"")),
                new PanelQuery("flush fails", scope.SumFailures("milvus_datanode_flush_buffer_op_count", string.Empty)),
                new PanelQuery("auto fails", scope.SumFailures("milvus_datanode_autoflush_buffer_op_count", string.Empty))),
            new Panel(
                "How much is flushed?",
                PanelUnit.BytesPerSecond,
                "Bytes per second that each node writes to the object storage.",
                new PanelQuery("{{pod}}", scope.SumRate("milvus_datanode_flushed_data_size", "pod"))),
            new Panel(
                "How long does saving take?",
                PanelUnit.Milliseconds,
                "The time of saving a buffer to the object storage: 99% and 50% take no longer.",
                scope.Latency("milvus_datanode_save_latency", string.Empty)),
            new Panel(
                "How much waits in memory?",
                PanelUnit.Bytes,
                "The buffered data of each node. If it grows and does not fall, flushes do not keep up.",
                new PanelQuery("{{pod}}", scope.Sum("milvus_datanode_fg_buffer_size", "pod"))),
            new Panel(
                "How long does encoding take?",
                PanelUnit.Milliseconds,
                "The time of encoding a buffer before it is saved: 99% and 50% take no longer.",
                scope.Latency("milvus_datanode_encode_buffer_latency", string.Empty)),
            new Panel(
                "How much do data nodes write in all?",
                PanelUnit.BytesPerSecond,
                "Bytes per second that data nodes write to the object storage, by what made them.",
                new PanelQuery(
                    "{{data_source}} {{data_type}}",
                    scope.SumRate("milvus_datanode_write_data_count", "data_source, data_type")))),
        new(
            "Compaction",
            new Panel(
                "How many tasks are there?",
                PanelUnit.Number,
                "Tasks by type and state. Many that wait for long: data nodes are too few.",
                new PanelQuery(
                    "{{compaction_type}} {{status}}",
                    scope.Sum("milvus_datacoord_compaction_task_num", "compaction_type, status"))),
            new Panel(
                "How long does a task take?",
                PanelUnit.Milliseconds,
                "The time of a task in a data node by type, and the time that it waits there: 99% take no longer.",
                new PanelQuery("{{compaction_type}}", scope.Quantile(0.99, "milvus_datanode_compaction_latency", "compaction_type")),
                new PanelQuery("wait", scope.Quantile(0.99, "milvus_datanode_compaction_latency_in_queue", string.Empty))),
            new Panel(
                "Where does the time go?",
                PanelUnit.Milliseconds,
                "The time of a compaction as the data coordinator sees it, by type and stage: 99% take no longer.",
                new PanelQuery(
                    "{{compaction_type}} {{compaction_stage}}",
                    scope.Quantile(0.99, "milvus_datacoord_compaction_latency", "compaction_type, compaction_stage"))),
            new Panel(
                "Do deletes find their rows?",
                PanelUnit.PerSecond,
                "Deletes per second that compaction applies, and those whose row it does not find.",
                new PanelQuery("applied", scope.SumRate("milvus_datanode_compaction_delete_count", string.Empty)),
                new PanelQuery("not found", scope.SumRate("milvus_datanode_compaction_missing_delete_count", string.Empty))),
            new Panel(
                "Does garbage collection run?",
                PanelUnit.PerSecond,
                "Runs per second of the garbage collector of files. If it stops, the object storage fills up.",
                new PanelQuery("runs", scope.SumRate("milvus_datacoord_gc_run_count", string.Empty))),
            new Panel(
                "How long does a scan for garbage take?",
                PanelUnit.Milliseconds,
                "The time of listing files of a type: 99% take no longer.",
                new PanelQuery(
                    "{{segment_file_type}}",
                    scope.Quantile(0.99, "milvus_datacoord_gc_file_scan_duration", "segment_file_type")))),
        new(
            "Index and other tasks",
            new Panel(
                "How many index tasks are there?",
                PanelUnit.Number,
                "Index tasks of the data coordinator by state. Until they are done, searches read segments without index.",
                new PanelQuery("{{index_task_status}}", scope.Sum("milvus_datacoord_index_task_count", "index_task_status"))),
            new Panel(
                "How long does building an index take?",
                PanelUnit.Seconds,
                "The time of building, encoding and saving the index of a segment: 99% take no longer.",
                new PanelQuery("all", scope.Quantile(0.99, "milvus_indexnode_build_index_latency", string.Empty)),
                new PanelQuery("build", scope.Quantile(0.99, "milvus_indexnode_knowhere_build_index_latency", string.Empty)),
                new PanelQuery("encode", scope.Quantile(0.99, "milvus_indexnode_encode_index_latency", string.Empty)),
                new PanelQuery("save", scope.Quantile(0.99, "milvus_indexnode_save_index_latency", string.Empty))),
            new Panel(
                "Do index tasks fail?",
                PanelUnit.PerSecond,
                "Index tasks per second that fail.",
                new PanelQuery("fails", scope.SumFailures("milvus_indexnode_index_task_count", string.Empty))),
            new Panel(
                "How many tasks are there?",
                PanelUnit.Number,
                "Tasks of the data coordinator by type and state: index, statistics, analysis and others.",
                new PanelQuery("{{task_type}} {{task_state}}", scope.Sum("milvus_datacoord_task_count", "task_type, task_state"))),
            new Panel(
                "How long do tasks wait and run?",
                PanelUnit.Milliseconds,
                "The longest time that a task waits or runs, by type: 99% of what was seen is no longer.",
                new PanelQuery(
                    "{{task_type}} {{status}}",
                    scope.Quantile(0.99, "milvus_datacoord_task_execute_max_latency", "task_type, status"))),
            new Panel(
                "How much room do data nodes have?",
                PanelUnit.Number,
                "The slots for tasks in each data node, and how many are used.",
                new PanelQuery("{{pod}} {{type}}", scope.Max("milvus_datanode_slot", "pod, type")))),
        new(
            "Import",
            new Panel(
                "How many imports are there?",
                PanelUnit.Number,
                "Jobs and tasks of imports by state.",
                new PanelQuery("jobs {{import_state}}", scope.Sum("milvus_datacoord_import_jobs", "import_state")),
                new PanelQuery(
                    "tasks {{task_type}} {{import_state}}",
                    scope.Sum("milvus_datacoord_import_tasks", "task_type, import_state"))),
            new Panel(
                "How long does an import take?",
                PanelUnit.Milliseconds,
                "The time of a job by stage: 99% take no longer.",
                new PanelQuery("{{import_stage}}", scope.Quantile(0.99, "milvus_datacoord_import_job_latency", "import_stage"))),
            new Panel(
                "How many rows are imported a second?",
                PanelUnit.Number,
                "Rows per second that imports add.",
                new PanelQuery(Collection, scope.SumRate("milvus_datacoord_bulk_insert_vectors_count", "collection_id")))),
        new(
            "Replication to another Milvus",
            new Panel(
                "How long does a message take?",
                PanelUnit.Milliseconds,
                "The time from reading a message to its receipt by the other Milvus: 99% take no longer.",
                new PanelQuery(
                    "{{target_channel_name}}",
                    scope.Quantile(0.99, "milvus_cdc_replicate_end_to_end_latency", "target_channel_name"))),
            new Panel(
                "How much is replicated?",
                PanelUnit.BytesPerSecond,
                "Bytes per second that are sent to the other Milvus, by type.",
                new PanelQuery("{{msg_type}}", scope.SumRate("milvus_cdc_replicated_bytes_total", "msg_type"))),
            new Panel(
                "Is the other Milvus connected?",
                PanelUnit.Number,
                "Connections to the other Milvus by state, and how often per second a connection is made again.",
                new PanelQuery(
                    "{{connection_status}} connections to {{target_cluster}}",
                    scope.Sum("milvus_cdc_stream_rpc_connections", "target_cluster, connection_status")),
                new PanelQuery(
                    "reconnects a second to {{target_cluster}}",
                    scope.SumRate("milvus_cdc_stream_rpc_reconnect_times", "target_cluster")))),
    ];
}
