using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using Microsoft.AspNetCore.Http;

namespace MilvusMonitoring.Benchmarks.Growth;

/// <summary>
/// A real Prometheus whose jobs are those of all monitors of Milvus in a cluster. One server answers for all pods, as the proxy of every
/// scrape, so that each target keeps its own address.
/// </summary>
internal sealed partial class GrowthPrometheus : IAsyncDisposable
{
    private const int Interval = 60;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3 * Interval);

    private const string Page = """
        # TYPE go_info gauge
        go_info{version="go1.24.9"} 1
        # TYPE go_goroutines gauge
        go_goroutines 100
        # TYPE process_resident_memory_bytes gauge
        process_resident_memory_bytes 100000000
        # TYPE process_cpu_seconds_total counter
        process_cpu_seconds_total 12
        # TYPE milvus_rootcoord_proxy_num gauge
        milvus_rootcoord_proxy_num 1
        # TYPE milvus_querycoord_querynode_num gauge
        milvus_querycoord_querynode_num 1
        # TYPE milvus_proxy_req_count counter
        milvus_proxy_req_count{function_name="Search",node_id="1",status="success"} 1

        """;

    private readonly HttpClient _client = new();
    private readonly LoopbackServer _pods;
    private readonly RealPrometheus _server;

    private GrowthPrometheus(LoopbackServer pods, RealPrometheus server) => (_pods, _server) = (pods, server);

    public IPEndPoint Endpoint => _server.Endpoint;

    public Uri Address => _server.Address;

    /// <summary>Starts it, and waits until it has scraped every target.</summary>
    public static async Task<GrowthPrometheus> StartAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        // A file for each job would need a watch of the system for each, of which there are 128.
        var discovered = new Dictionary<string, string>(StringComparer.Ordinal);
        var pods = await LoopbackServer.StartAsync(
            context =>
            {
                if (discovered.TryGetValue(context.Request.Path.Value!, out var groups))
                {
                    context.Response.ContentType = "application/json";
                    return context.Response.WriteAsync(groups, context.RequestAborted);
                }

                // Thousands of connections that stay open are more than a process may have.
                context.Response.Headers.Connection = "close";
                context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                return context.Response.WriteAsync(Page, context.RequestAborted);
            },
            cancellationToken);
        RealPrometheus? server = null;
        try
        {
            var (configuration, targets) = WriteConfiguration(cluster, pods.Address, discovered);
            var rules = cluster.List("monitoring.coreos.com/v1", "PrometheusRule")
                .Where(rule => ((string)rule["metadata"]!["namespace"]!).StartsWith("vectors-", StringComparison.Ordinal))
                .ToDictionary(
                    rule => $"{rule["metadata"]!["namespace"]}-{rule["metadata"]!["name"]}.yaml",
                    rule => new JsonObject { ["groups"] = rule["spec"]!["groups"]!.DeepClone() }.ToJsonString(),
                    StringComparer.Ordinal);
            server = await RealPrometheus.StartAsync(new PrometheusFiles(configuration, rules), cancellationToken);
            var growth = new GrowthPrometheus(pods, server);
            await growth.WaitAsync(targets, cancellationToken);
            return growth;
        }
        catch
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }

            await pods.DisposeAsync();
            throw;
        }
    }

    /// <summary>How many requests to its API it has answered.</summary>
    public async Task<int> CountRequestsAsync(CancellationToken cancellationToken)
    {
        var page = await _client.GetStringAsync(new Uri(Address, "metrics"), cancellationToken);
        return RequestCount().Matches(page).Sum(match => (int)double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _pods.DisposeAsync();
    }

    private async Task WaitAsync(int targets, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var count = 0;
        while (count != targets)
        {
            if (clock.Elapsed > s_patience)
            {
                throw new BenchmarkException($"Prometheus has scraped {count} of {targets} targets in {s_patience}.");
            }

            await Task.Delay(500, cancellationToken);
            var up = await _server.QueryAsync("count(up==1)", DateTimeOffset.UtcNow, cancellationToken);
            count = up is [{ } sum] ? int.Parse((string)sum["value"]![1]!, CultureInfo.InvariantCulture) : 0;
        }
    }

    private static (string Text, int Targets) WriteConfiguration(Cluster cluster, Uri proxy, Dictionary<string, string> discovered)
    {
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"global: {{scrape_interval: {Interval}s, evaluation_interval: 60s}}\n")
            .Append("rule_files: [rules/*.yaml]\nscrape_configs:\n");
        var targets = 0;
        foreach (var monitor in cluster.List("monitoring.coreos.com/v1", "ServiceMonitor"))
        {
            var (ns, name) = ((string)monitor["metadata"]!["namespace"]!, (string)monitor["metadata"]!["name"]!);
            if (!ns.StartsWith("vectors-", StringComparison.Ordinal))
            {
                continue;
            }

            var path = $"/{ns}";
            text.Append(CultureInfo.InvariantCulture, $"- job_name: serviceMonitor/{ns}/{name}/0\n  proxy_url: {proxy}\n")
                .Append(CultureInfo.InvariantCulture, $"  http_sd_configs: [{{url: '{new Uri(proxy, path)}'}}]\n");
            var groups = new JsonArray([
                .. cluster.List("v1", "Pod", ns).Select(pod => new JsonObject
                {
                    ["targets"] = new JsonArray($"{pod["status"]!["podIP"]}:9091"),
                    ["labels"] = new JsonObject(ListLabels(ns, name, pod).Select(label => KeyValuePair.Create(label.Name, (JsonNode?)label.Value))),
                }),
            ]);
            discovered[path] = groups.ToJsonString();
            targets += groups.Count;
        }

        return (text.ToString(), targets);
    }

    /// <summary>The labels of a target, and as many discovered ones as the discovery of endpoints finds.</summary>
    private static IEnumerable<(string Name, string Value)> ListLabels(string ns, string monitor, JsonObject pod)
    {
        var name = (string)pod["metadata"]!["name"]!;
        yield return ("job", monitor);
        yield return ("namespace", ns);
        yield return ("pod", name);
        yield return ("service", monitor);
        yield return ("endpoint", "metrics");
        yield return ("__meta_kubernetes_namespace", ns);
        yield return ("__meta_kubernetes_pod_name", name);
        foreach (var (key, value) in pod["metadata"]!["labels"]!.AsObject())
        {
            var label = key.Replace('.', '_').Replace('/', '_');
            yield return (label, (string)value!);
            foreach (var kind in (string[])["pod", "service", "endpoints"])
            {
                yield return ($"__meta_kubernetes_{kind}_label_{label}", (string)value!);
                yield return ($"__meta_kubernetes_{kind}_labelpresent_{label}", "true");
            }
        }

        for (var number = 0; number < 20; number++)
        {
            yield return ($"__meta_kubernetes_pod_annotation_example_com_setting_{number}", "a value as long as many are");
        }
    }

    [GeneratedRegex("^prometheus_http_requests_total\\{[^}]*handler=\"/api/[^}]*\\} (\\S+)", RegexOptions.Multiline, 1000)]
    private static partial Regex RequestCount();
}
