using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Prometheus;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>What Prometheus answers, or whatever stands behind its Service.</summary>
internal static class PrometheusTarget
{
    private static readonly Mutator Answers = new(
        [
            """{"status":"success","data":{"yaml":"scrape_configs:\n- job_name: serviceMonitor/default/my-release-milvus/0\n- job_name: \"b\"\n"}}""",
            """{"status":"success","data":{"activeTargets":[{"scrapePool":"serviceMonitor/default/my-release-milvus/0","labels":{"instance":"10.0.0.1:9091","pod":"p"},"health":"down","lastError":"connection\nrefused","scrapeInterval":"30s","scrapeTimeout":"10s"}],"droppedTargets":[]}}""",
            """{"status":"success","data":{"resultType":"vector","result":[{"metric":{"instance":"10.0.0.1:9091"},"value":[1700000000.123,"12.5"]},{"metric":{},"value":[1,"NaN"]}]}}""",
            """{"status":"success","data":{"groups":[{"name":"g","file":"f","rules":[{"type":"alerting","state":"firing","name":"MilvusX","query":"sum by (a) (rate(milvus_x{b=\"c\",d=~\"e|f\"}[5m])) > 0 or absent(up)","duration":300,"labels":{"severity":"info"},"health":"err","lastError":"x","lastEvaluation":"0001-01-01T00:00:00Z","alerts":[{"value":"1e+00"}]}]}]}}""",
            """{"status":"error","errorType":"bad_data","error":"parse error\nat 1"}""",
        ],
        [
            "\"+Inf\"",
            "\"1e300\"",
            "\"-922337203685\"",
            "\"value\":[1]",
            "\"value\":null",
            "\"labels\":{\"a\":\"1\",\"a\":\"2\"}",
            "\"scrapeInterval\":\"0s\"",
            "\"scrapeInterval\":\"99999999999999999999y\"",
            "\"health\":null",
            "job_name:",
            "\"status\":\"success\",",
        ]);

    public static void TryOne(Random random)
    {
        var data = PrometheusAnswers.GetData(Answers.Next(random), "prometheus-k8s-0");
        _ =
            PrometheusAnswers.ListJobs(data).Count
            + data.Items("activeTargets").Select(PrometheusAnswers.ReadTarget).Count(target => target.IsUp)
            + SampleAgeQuery.ReadAges(data).Count
            + data.Items("groups").SelectMany(PrometheusAnswers.ListRules).Sum(rule => PromQlReader.Find(rule.Query)?.Selectors.Count() ?? 0);
        MonitorSelection.FindRefusal(data, "ServiceMonitor", "default", new Dictionary<string, string>(), null);
        MonitorSelection.FindRefusal(
            JsonSerializer.SerializeToElement(new { spec = data }),
            "PodMonitor",
            "default",
            new Dictionary<string, string> { ["a"] = "1" },
            null);
    }
}
