namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>The panels about the proxies and what clients ask of them.</summary>
internal static class RequestPanels
{
    private const string Collections = "{{db_name}} {{collection_name}}";

    public static IReadOnlyList<PanelRow> Create(PanelScope scope) =>
    [
        new(
            "Requests",
            new Panel(
                "How many requests come?",
                PanelUnit.RequestsPerSecond,
                "Requests per second by function, as the proxies get them.",
                new PanelQuery("{{function_name}}", scope.SumRate("milvus_proxy_req_count", "function_name", "status=\"total\""))),
            new Panel(
                "Which requests do not succeed?",
                PanelUnit.RequestsPerSecond,
                "Requests per second that did not succeed, by function and status. fail_input: the request is invalid (2.6.19 and "
                    + "2.6.20); abandon and cancel: the client went away; rejected: Milvus refused it; retry: the client tries again.",
                new PanelQuery(
                    "{{function_name}} {{status}}",
                    scope.SumRate("milvus_proxy_req_count", "function_name, status", "status!~\"total|success\"")
                        + " or 0 * "
                        + scope.SumRate("milvus_proxy_req_count", "function_name", "status=\"total\"")))
            {
                Alert = "MilvusRequestsFail",
            },
            new Panel(
                "What part of the requests fails?",
                PanelUnit.Ratio,
                "The part of the requests of each function that Milvus answers with an error.",
                new PanelQuery(
                    "{{function_name}}",
                    OverviewPanels.Failures(scope, "function_name")
                        + " / "
                        + scope.SumRate("milvus_proxy_req_count", "function_name", "status=\"total\"")))
            {
                Alert = "MilvusRequestsFail",
                Thresholds = OverviewPanels.ThresholdOf("MilvusRequestsFail"),
            },
            new Panel(
                "Which requests does a rate limit refuse?",
                PanelUnit.RequestsPerSecond,
                "Requests per second that exceed a rate limit or are refused by a quota, by type.",
                new PanelQuery("{{msg_type}}", scope.SumFailures("milvus_proxy_rate_limit_req_count", "msg_type")))
            {
                Alert = "MilvusRateLimited",
            },
            new Panel(
                "How many requests are slow?",
                PanelUnit.PerSecond,
                "Requests per second that take longer than proxy.slowQuerySpanInSeconds, by type. Milvus logs each of them.",
                new PanelQuery("{{msg_type}}", scope.SumRate("milvus_proxy_slow_query_count", "msg_type"))),
            new Panel(
                "How many tasks are in the proxies?",
                PanelUnit.Number,
                "Tasks in the queues of the proxies, by queue and state. A queue that stays full is a sign of overload.",
                new PanelQuery("{{queue_type}} {{task_state}}", scope.Sum("milvus_proxy_queue_task_num", "queue_type, task_state"))),
            new Panel(
                "How long does a request take?",
                PanelUnit.Milliseconds,
                "The time of each function in the proxies: 99% take no longer.",
                new PanelQuery("{{function_name}}", scope.Quantile(0.99, "milvus_proxy_req_latency", "function_name"))),
            new Panel(
                "How long does a request wait?",
                PanelUnit.Milliseconds,
                "The time in the queue of a proxy, before it works on a request.",
                scope.Latency("milvus_proxy_req_in_queue_latency", "pod"))
            {
                Alert = "MilvusRequestsQueue",
                Thresholds = OverviewPanels.ThresholdOf("MilvusRequestsQueue"),
            },
            new Panel(
                "Who asks?",
                PanelUnit.RequestsPerSecond,
                "Requests per second of each user; only with authentication.",
                new PanelQuery("{{username}}", scope.SumRate("milvus_proxy_user_rpc_count", "username")))),
        new(
            "Searches and queries",
            new Panel(
                "How long do they take?",
                PanelUnit.Milliseconds,
                "The time in the proxies: 99% and 50% take no longer.",
                scope.Latency("milvus_proxy_sq_latency", "query_type"))
            {
                Alert = "MilvusSearchSlow",
                Thresholds = OverviewPanels.ThresholdOf("MilvusSearchSlow"),
            },
            new Panel(
                "Which collections are slow?",
                PanelUnit.Milliseconds,
                "The time of searches and queries in each of the ten slowest collections: 99% take no longer.",
                new PanelQuery(
                    Collections,
                    $"topk(10, {scope.Quantile(0.99, "milvus_proxy_collection_sq_latency", "db_name, collection_name")})")),
            new Panel(
                "Where does the time go?",
                PanelUnit.Milliseconds,
                "The steps of a search or query in the proxy: waiting for the query nodes, decoding and merging their results. "
                    + "If waiting is most of it, look at the query nodes.",
                new PanelQuery("wait {{query_type}}", scope.Quantile(0.99, "milvus_proxy_sq_wait_result_latency", "query_type")),
                new PanelQuery("decode {{query_type}}", scope.Quantile(0.99, "milvus_proxy_sq_decode_result_latency", "query_type")),
                new PanelQuery("merge {{query_type}}", scope.Quantile(0.99, "milvus_proxy_sq_reduce_result_latency", "query_type"))),
            new Panel(
                "How many vectors are searched for a second?",
                PanelUnit.Number,
                "Vectors per second, in each of the ten busiest collections.",
                new PanelQuery(
                    Collections,
                    $"topk(10, {scope.SumRate("milvus_proxy_search_vectors_count", "db_name, collection_name")})")),
            new Panel(
                "How many vectors and queries come a second?",
                PanelUnit.Number,
                "Vectors and queries (NQ) per second, by type: with the number of requests, how large they are.",
                new PanelQuery("{{query_type}}", scope.SumRate("milvus_proxy_received_nq", "query_type"))),
            new Panel(
                "How many searches are tried again?",
                PanelUnit.PerSecond,
                "Searches per second that Milvus itself tries again, and those that still return too few results.",
                new PanelQuery("again {{query_type}}", scope.SumRate("milvus_proxy_retry_search_cnt", "query_type")),
                new PanelQuery(
                    "too little {{query_type}}",
                    scope.SumRate("milvus_proxy_retry_search_result_insufficient_cnt", "query_type"))),
            new Panel(
                "How much data do searches scan?",
                PanelUnit.MegabytesPerSecond,
                "Megabytes per second that searches and queries read, and the part of them that came from the object storage.",
                new PanelQuery("all {{msg_type}}", scope.SumRate("milvus_proxy_scanned_total_mb", "msg_type")),
                new PanelQuery("from the object storage {{msg_type}}", scope.SumRate("milvus_proxy_scanned_remote_mb", "msg_type"))),
            new Panel(
                "How loaded do the proxies think the nodes are?",
                PanelUnit.Number,
                "The score by which the proxies choose a query node: the lower, the sooner it gets a request. Nodes that stay "
                    + "far apart have different load or hardware.",
                new PanelQuery("node {{node_id}}", scope.Max("milvus_proxy_workload_score", "node_id"))),
            new Panel(
                "How long does reading a filter take?",
                PanelUnit.Milliseconds,
                "The time in which the proxies parse filter expressions. Long lists in a filter make it long.",
                scope.Latency("milvus_proxy_parse_expr_latency", "function_name"))),
        new(
            "Writes",
            new Panel(
                "How long do they take?",
                PanelUnit.Milliseconds,
                "The time of inserts, upserts and deletes in the proxies: 99% and 50% take no longer.",
                scope.Latency("milvus_proxy_mutation_latency", "msg_type"))
            {
                Alert = "MilvusWriteSlow",
                Thresholds = OverviewPanels.ThresholdOf("MilvusWriteSlow"),
            },
            new Panel(
                "Which collections are slow?",
                PanelUnit.Milliseconds,
                "The time of writes in each of the ten slowest collections: 99% take no longer.",
                new PanelQuery(
                    Collections,
                    $"topk(10, {scope.Quantile(0.99, "milvus_proxy_collection_mutation_latency", "db_name, collection_name")})")),
            new Panel(
                "Where does the time go?",
                PanelUnit.Milliseconds,
                "The steps of a write in the proxy: sending to the message queue, and getting keys, timestamps and segments from the "
                    + "coordinators.",
                new PanelQuery("send {{msg_type}}", scope.Quantile(0.99, "milvus_proxy_mutation_send_latency", "msg_type")),
                new PanelQuery("primary key", scope.Quantile(0.99, "milvus_proxy_apply_pk_latency", string.Empty)),
                new PanelQuery("timestamp", scope.Quantile(0.99, "milvus_proxy_apply_timestamp_latency", string.Empty)),
                new PanelQuery("segment", scope.Quantile(0.99, "milvus_proxy_assign_segmentID_latency", string.Empty))),
            new Panel(
                "How many entities are inserted a second?",
                PanelUnit.Number,
                "Entities per second, in each of the ten busiest collections.",
                new PanelQuery(
                    Collections,
                    $"topk(10, {scope.SumRate("milvus_proxy_insert_vectors_count", "db_name, collection_name")})")),
            new Panel(
                "How many entities are upserted and deleted a second?",
                PanelUnit.Number,
                "Entities per second, in each of the ten busiest collections.",
                new PanelQuery(
                    $"upsert {Collections}",
                    $"topk(10, {scope.SumRate("milvus_proxy_upsert_vectors_count", "db_name, collection_name")})"),
                new PanelQuery(
                    $"delete {Collections}",
                    $"topk(10, {scope.SumRate("milvus_proxy_delete_vectors_count", "db_name, collection_name")})")),
            new Panel(
                "How far behind are the channels?",
                PanelUnit.Milliseconds,
                "The age of the newest time that the proxies have sent to each channel. Seconds are normal.",
                new PanelQuery("{{pod}}", scope.Max("milvus_proxy_tt_lag_ms", "pod")))),
        new(
            "Transport",
            new Panel(
                "How much comes in?",
                PanelUnit.BytesPerSecond,
                "Bytes per second that clients send, by type of request.",
                new PanelQuery("{{msg_type}}", scope.SumRate("milvus_proxy_receive_bytes_count", "msg_type"))),
            new Panel(
                "How much goes out?",
                PanelUnit.BytesPerSecond,
                "Bytes per second that each proxy sends to clients.",
                new PanelQuery("{{pod}}", scope.SumRate("milvus_proxy_send_bytes_count", "pod"))),
            new Panel(
                "How long does a gRPC call take?",
                PanelUnit.Milliseconds,
                "The whole time of calls in the proxies with decoding and access control: 99% take no longer.",
                new PanelQuery("{{function_name}}", scope.Quantile(0.99, "milvus_proxy_grpc_latency", "function_name"))),
            new Panel(
                "How many REST requests come?",
                PanelUnit.RequestsPerSecond,
                "Requests per second to the REST API, by path.",
                new PanelQuery("{{path}}", scope.SumRate("milvus_proxy_restful_api_req_count", "path"))),
            new Panel(
                "How long does a REST request take?",
                PanelUnit.Milliseconds,
                "The time of requests to the REST API: 99% take no longer.",
                new PanelQuery("{{path}}", scope.Quantile(0.99, "milvus_proxy_restful_api_req_latency", "path"))),
            new Panel(
                "Does the cache of the proxies hit?",
                PanelUnit.PerSecond,
                "Look-ups of collections and other metadata per second, by cache and outcome. Many misses ask the root coordinator "
                    + "each time.",
                new PanelQuery(
                    "{{cache_name}} {{cache_state}}",
                    scope.SumRate("milvus_proxy_cache_hit_count", "cache_name, cache_state"))),
            new Panel(
                "How long does a miss take?",
                PanelUnit.Milliseconds,
                "The time in which a proxy gets metadata that its cache does not have.",
                new PanelQuery("{{cache_name}}", scope.Quantile(0.99, "milvus_proxy_cache_update_latency", "cache_name"))),
            new Panel(
                "How long do embedding functions take?",
                PanelUnit.Milliseconds,
                "The time of calls to the providers of text embedding and other functions: 99% take no longer.",
                new PanelQuery(
                    "{{function_provider}} {{function_type_name}}",
                    scope.Quantile(0.99, "milvus_proxy_function_udf_call_latency", "function_provider, function_type_name")))),
    ];
}
