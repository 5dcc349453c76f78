using System.Text.Json;
using System.Text.Json.Nodes;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

/// <summary>
/// The rule files of the embedded operator, and what is read of rules, held to what a real operator and a real Prometheus made.
/// </summary>
public sealed class RuleRecordingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_rule_file_of_a_PrometheusRule_is_that_of_the_real_operator()
    {
        var recorded = OperatorRecordings.Read("rule-files.json");
        var rule = OperatorRecordings.Read("prometheusrule-milvus.json");
        Assert.SkipWhen(MonitoredCluster.Missing is not null, MonitoredCluster.Missing ?? string.Empty);
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-Wait");
        rule["metadata"] = new JsonObject { ["name"] = "milvus-my-release", ["namespace"] = "milvus" };
        stage.Put("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"milvus"} }""");
        stage.Cluster.Put(rule);
        var uid = (string)stage.Cluster.Find("monitoring.coreos.com/v1", "PrometheusRule", "milvus", "milvus-my-release")!["metadata"]!["uid"]!;
        var name = $"milvus-milvus-my-release-{uid}.yaml";
        await stage.Cluster.WaitForAsync(cluster => Map(cluster)?["data"]?[name] is not null, Token);

        var made = Map(stage.Cluster)!;
        Assert.Equal(Describe(recorded["metadata"]!["labels"]!), Describe(made["metadata"]!["labels"]!));
        var owner = made["metadata"]!["ownerReferences"]![0]!.AsObject();
        var realOwner = recorded["metadata"]!["ownerReferences"]![0]!.AsObject();
        owner["uid"] = realOwner["uid"]!.DeepClone();
        Assert.Equal(Describe(realOwner), Describe(owner));

        var real = recorded["data"]!.AsObject().Single(file => file.Key.StartsWith("milvus-milvus-my-release-", StringComparison.Ordinal));
        await using var prometheus = await RealPrometheus.StartAsync(
            new PrometheusFiles(
                "rule_files: [rules/*.yaml]\n",
                new Dictionary<string, string> { ["real.yaml"] = (string)real.Value!, ["made.yaml"] = (string)made["data"]![name]! }),
            Token);
        using var http = new HttpClient { BaseAddress = prometheus.Address };
        var rules = (await new PrometheusApi(http, "prometheus", ServerAccess.Prometheus).ListRulesAsync(Token))!;
        Assert.NotEmpty(rules);
        Assert.Equal(Describe(rules, "real.yaml"), Describe(rules, "made.yaml"));
    }

    [Fact]
    public void What_a_real_Prometheus_answered_of_its_rules_is_read()
    {
        using var answer = JsonDocument.Parse(File.ReadAllBytes(OperatorRecordings.PathOf("prometheus-api_v1_rules.json")));
        var groups = answer.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray();
        var rules = groups.SelectMany(PrometheusAnswers.ListRules).ToList();

        var fresh = rules.Single(rule => rule.Name == "MilvusTargetDown");
        Assert.Equal(
            ("milvus-my-release.availability", AlertRuleState.Inactive, null, null),
            (fresh.Group, fresh.State, fresh.IsHealthy, fresh.LastEvaluation));
        var pending = rules.Single(rule => rule.Name == "MilvusCheckpointLags");
        Assert.Equal(
            (AlertRuleState.Pending, true, 1.795969475432e+09, TimeSpan.FromMinutes(10)),
            (pending.State, pending.IsHealthy, pending.Value, pending.For));
        Assert.Equal("critical", pending.Labels["severity"]);
        Assert.All(rules, rule => Assert.NotNull(MilvusMonitoring.Metrics.Queries.PromQlReader.Find(rule.Query)));
    }

    private static JsonObject? Map(global::EmbeddedCluster.Cluster cluster) =>
        cluster.Find("v1", "ConfigMap", "monitoring", "prometheus-k8s-rulefiles-0");

    private static IEnumerable<string> Describe(IReadOnlyList<PrometheusAlertRule> rules, string file) => rules
        .Where(rule => rule.File.EndsWith(file, StringComparison.Ordinal))
        .Select(rule => $"{rule.Group} {rule.Name} {rule.Query} {rule.For} {Describe(rule.Labels)} {rule.RunbookUri}");

    private static string Describe(IReadOnlyDictionary<string, string> texts) =>
        string.Join(' ', texts.OrderBy(text => text.Key, StringComparer.Ordinal).Select(text => $"{text.Key}={text.Value}"));

    private static string Describe(JsonNode node) =>
        string.Join(' ', node.AsObject().OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}={member.Value}"));
}
