using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Monitoring;
using Microsoft.AspNetCore.Http;
using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Tests.Metrics;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>
/// A real Prometheus scrapes what each version of Milvus shows, and loads all rules, also those whose metrics the version does not have.
/// </summary>
public sealed class AlertRulesOnPrometheusTests
{
    private const string Handwritten = "HandwrittenFailures";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2.4.24")]
    [InlineData("2.5.27")]
    [InlineData("2.6.5")]
    [InlineData("2.6.20")]
    [InlineData("2.6.21")]
    [InlineData("3.0.0-beta")]
    public async Task All_rules_load_and_those_can_fire_whose_metrics_the_version_has(string version)
    {
        VersionMetrics.Require();
        Assert.SkipWhen(MonitoredCluster.Missing is not null, MonitoredCluster.Missing ?? string.Empty);
        var renamed = version == "2.6.20";
        await using var pages = await StartPagesAsync(version, renamed ? "fail_input" : "success");
        using var folder = new TemporaryFolder();
        var rules = Samples.Render(new AlertRuleOptions().Choose());
        rules["groups"]!.AsArray().Add(JsonNode.Parse($$"""
            {"name":"other","rules":[{"alert":"{{Handwritten}}","expr":"rate(milvus_proxy_req_count{status=\"fail\"}[5m]) > 0"}]}
            """));
        await using var prometheus = await RealPrometheus.StartAsync(
            Configure(pages.Address, folder.Write("rules.yaml", rules.ToJsonString())),
            Token);
        using var http = new HttpClient { BaseAddress = prometheus.Address };
        var api = new PrometheusApi(http, "prometheus", ServerAccess.Prometheus);

        var report = await ReadAsync(api, MilvusVersion.Parse(version)!);

        var verdicts = report.Loaded.ToDictionary(loaded => loaded.Rule.Name, loaded => report.Judge.Evaluate(loaded.Needs));
        Assert.Equal(
            AlertRules.All.Select(rule => rule.Name).Append(Handwritten).Order(StringComparer.Ordinal),
            verdicts.Keys.Order(StringComparer.Ordinal));
        Assert.All(report.Loaded.Select(loaded => loaded.Rule), rule => Assert.True(rule.IsHealthy, $"{rule.Name}: {rule.LastError}"));
        Assert.All(AlertRules.All, rule =>
        {
            var isThere = rule.FindMissingMetric([MilvusVersion.Parse(version)!]) is null;
            Assert.True(verdicts[rule.Name].CanAnswer == isThere, $"{rule.Name}: {verdicts[rule.Name]}");
        });
        Assert.Equal(!renamed, verdicts[Handwritten].CanAnswer);
        Assert.Equal(
            renamed
                ? "Milvus 2.6.20 writes no milvus_proxy_req_count with status=\"fail\"; "
                    + "the values are total, success, fail_input, fail_system, abandon, cancel, retry, rejected"
                : "no milvus_proxy_req_count with status=\"fail\" yet: it appears when the first is counted",
            verdicts[Handwritten].Why);
    }

    /// <summary>Reads until every rule was evaluated on scraped series.</summary>
    private static async Task<ReplicaRules> ReadAsync(PrometheusApi api, MilvusVersion version)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Limits.Wait);
        while (true)
        {
            var up = await api.QueryAsync("count(up == 1)", limit.Token);
            var rules = new LoadedRules((await api.ListRulesAsync(limit.Token))!, []);
            var report = (await AlertRuleProbe.ReadAsync(api, rules, [new WatchedMilvus(Samples.Scope, [version])], limit.Token))[0];
            if (up.GetRawText().Contains("\"2\"", StringComparison.Ordinal) && report.Loaded.All(loaded => loaded.Rule.IsHealthy is not null))
            {
                return report;
            }

            await Task.Delay(100, limit.Token);
        }
    }

    private static async Task<LoopbackServer> StartPagesAsync(string version, string status)
    {
        var milvus = VersionMetrics.Write(version, new Dictionary<string, string[]> { ["status"] = ["total", status] });
        return await LoopbackServer.StartAsync(
            context => context.Response.WriteAsync(context.Request.Path == "/milvus" ? milvus + Process : Exporters, Token),
            Token);
    }

    private static string Configure(Uri pages, string rules) => $$"""
        global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
        rule_files: ["{{rules.Replace('\\', '/')}}"]
        scrape_configs:
        - job_name: my-release-milvus
          metrics_path: /milvus
          honor_labels: true
          static_configs:
          - targets: ["{{pages.Authority}}"]
            labels: {namespace: milvus, app_kubernetes_io_instance: my-release, app_kubernetes_io_name: milvus, pod: my-release-milvus-standalone-0}
        - job_name: exporters
          metrics_path: /exporters
          honor_labels: true
          static_configs: [{targets: ["{{pages.Authority}}"]}]
        """;

    private const string Process = "process_open_fds 1\nprocess_max_fds 100\n";

    private static string Exporters
    {
        get
        {
            var text = new StringBuilder("kubelet_node_name{node=\"a\"} 1\n");
            const string Pod = "namespace=\"milvus\",pod=\"my-release-milvus-standalone-0\"";
            foreach (var metric in (string[])
                [
                    "kube_pod_info", "kube_pod_status_ready{condition=\"true\"}", "kube_pod_container_resource_limits{resource=\"memory\"}",
                    "kube_pod_container_resource_limits{resource=\"cpu\"}", "kube_pod_container_status_restarts_total",
                    "container_memory_working_set_bytes", "container_cpu_usage_seconds_total", "container_cpu_cfs_periods_total",
                    "container_cpu_cfs_throttled_periods_total",
                ])
            {
                var parts = metric.TrimEnd('}').Split('{');
                var own = parts.Length > 1 ? parts[1] + "," : string.Empty;
                text.Append($"{parts[0]}{{{own}{Pod},container=\"milvus\"}} 1\n");
            }

            foreach (var what in (string[])["available", "capacity"])
            {
                text.Append($"kubelet_volume_stats_{what}_bytes{{namespace=\"milvus\",persistentvolumeclaim=\"my-release-minio\"}} 1\n");
            }

            return text.ToString();
        }
    }
}
