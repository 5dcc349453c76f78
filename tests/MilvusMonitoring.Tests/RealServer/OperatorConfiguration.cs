using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests;

/// <summary>The configuration of Prometheus as the operator writes it for the ServiceMonitors of Milvus.</summary>
/// <remarks><see cref="OperatorConfigurationTests"/> holds it against a recording.</remarks>
internal static class OperatorConfiguration
{
    private static readonly (string Source, string Target)[] s_named =
    [
        ("namespace", "namespace"), ("service_name", "service"), ("pod_name", "pod"), ("pod_container_name", "container"),
    ];

    public static bool IsOfMilvus(JsonObject monitor) => (string?)monitor["metadata"]?["labels"]?["app.kubernetes.io/name"] == "milvus";

    public static JsonObject For(JsonObject prometheus, IReadOnlyList<JsonObject> monitors)
    {
        var (spec, name) = (prometheus["spec"]!, $"{prometheus["metadata"]!["namespace"]}/{prometheus["metadata"]!["name"]}");

        // Operators before 0.88 discover through Endpoints unless they are told otherwise.
        var slices = (string?)spec["serviceDiscoveryRole"] == "EndpointSlice";
        var jobs = monitors.SelectMany(monitor =>
            monitor["spec"]!["endpoints"]!.AsArray().Select((endpoint, index) => Job(monitor, endpoint!, index, slices)));
        return new()
        {
            ["global"] = new JsonObject
            {
                ["scrape_interval"] = (string?)spec["scrapeInterval"] ?? "30s",
                ["external_labels"] = new JsonObject { ["prometheus"] = name, ["prometheus_replica"] = "$(POD_NAME)" },
                ["evaluation_interval"] = (string?)spec["evaluationInterval"] ?? "30s",
            },
            ["scrape_configs"] = new JsonArray([.. jobs]),
        };
    }

    /// <summary>The key of a Kubernetes label as Prometheus writes it.</summary>
    public static string Safe(string key) => string.Concat(key.Select(each => char.IsAsciiLetterOrDigit(each) ? each : '_'));

    private static JsonObject Job(JsonObject monitor, JsonNode endpoint, int index, bool slices)
    {
        var (metadata, spec) = (monitor["metadata"]!, monitor["spec"]!);
        var discovery = new JsonObject { ["role"] = slices ? "endpointslice" : "endpoints" };
        if ((bool?)spec["namespaceSelector"]?["any"] is not true)
        {
            var places = spec["namespaceSelector"]?["matchNames"]?.AsArray() is { Count: > 0 } named
                ? named.DeepClone()
                : new JsonArray(metadata["namespace"]!.DeepClone());
            discovery["namespaces"] = new JsonObject { ["names"] = places };
        }

        var job = new JsonObject
        {
            ["job_name"] = $"serviceMonitor/{metadata["namespace"]}/{metadata["name"]}/{index}",
            ["honor_labels"] = (bool?)endpoint["honorLabels"] ?? false,
            ["kubernetes_sd_configs"] = new JsonArray(discovery),
        };
        Copy("interval", "scrape_interval");
        Copy("scrapeTimeout", "scrape_timeout");
        Copy("path", "metrics_path");
        job["relabel_configs"] = new JsonArray([.. Relabelling(spec, (string)endpoint["port"]!, slices ? "endpointslice" : "endpoint")]);
        return job;

        void Copy(string from, string to)
        {
            if (endpoint[from] is { } value)
            {
                job[to] = value.DeepClone();
            }
        }
    }

    private static IEnumerable<JsonObject> Relabelling(JsonNode spec, string port, string endpoint)
    {
        yield return Step(["job"], ("target_label", "__tmp_prometheus_job_name"));
        var selected = spec["selector"]!["matchLabels"]?.AsObject() ?? [];
        foreach (var (key, value) in selected.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            string[] sources = [$"__meta_kubernetes_service_label_{Safe(key)}", $"__meta_kubernetes_service_labelpresent_{Safe(key)}"];
            yield return Step(sources, ("action", "keep"), ("regex", $"({value});true"));
        }

        yield return Step([$"__meta_kubernetes_{endpoint}_port_name"], ("action", "keep"), ("regex", port));
        foreach (var kind in (string[])["Node", "Pod"])
        {
            yield return Step(
                [$"__meta_kubernetes_{endpoint}_address_target_kind", $"__meta_kubernetes_{endpoint}_address_target_name"],
                ("separator", ";"), ("regex", $"{kind};(.*)"), ("replacement", "${1}"), ("target_label", kind == "Node" ? "node" : "pod"));
        }

        foreach (var (source, target) in s_named)
        {
            yield return Step([$"__meta_kubernetes_{source}"], ("target_label", target));
        }

        yield return Step(["__meta_kubernetes_pod_phase"], ("action", "drop"), ("regex", "(Failed|Succeeded)"));
        foreach (var label in (spec["targetLabels"]?.AsArray() ?? []).Select(label => Safe((string)label!)))
        {
            string[] sources = [$"__meta_kubernetes_service_label_{label}"];
            yield return Step(sources, ("target_label", label), ("regex", "(.+)"), ("replacement", "${1}"));
        }

        yield return Step(["__meta_kubernetes_service_name"], ("target_label", "job"), ("replacement", "${1}"));
        yield return Step([], ("target_label", "endpoint"), ("replacement", port));
        yield return Step(
            ["__address__", "__tmp_hash"],
            ("target_label", "__tmp_hash"), ("regex", "(.+);"), ("replacement", "$1"), ("action", "replace"));
        var modulus = Step(["__tmp_hash"], ("target_label", "__tmp_hash"), ("action", "hashmod"));
        modulus["modulus"] = 1;
        yield return modulus;
        yield return Step(["__tmp_hash", "__tmp_disable_sharding"], ("regex", "$(SHARD);|.+;.+"), ("action", "keep"));
    }

    private static JsonObject Step(string[] sources, params (string Key, string Value)[] more)
    {
        var step = new JsonObject();
        if (sources.Length > 0)
        {
            step["source_labels"] = new JsonArray([.. sources.Select(source => JsonValue.Create(source))]);
        }

        foreach (var (key, value) in more)
        {
            step[key] = value;
        }

        return step;
    }
}
