using System.Text;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class PrometheusRulesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly MonitorEndpoint[] Ready = [new("db", "milvus-0", true), new("db", "milvus-1", true)];

    [Fact]
    public void Jobs_are_read_from_the_configuration_as_Prometheus_writes_it()
    {
        var data = PrometheusAnswers.GetData(
            Encoding.UTF8.GetBytes(
                """{"status":"success","data":{"yaml":"global:\n  scrape_interval: 1s\nscrape_configs:\n- job_name: serviceMonitor/db/m/0\n  honor_labels: true\n- job_name: \"a b\"\n"}}"""
            ),
            "p");
        Assert.Equal(["serviceMonitor/db/m/0", "a b"], PrometheusAnswers.ListJobs(data));
    }

    [Fact]
    public void A_replica_that_refuses_its_newest_configuration_is_not_waited_for()
    {
        var finding = ConfigurationRule.Evaluate(
            "t",
            ["job"],
            [new("p0", new LoadedConfiguration(new HashSet<string>(), false), null)],
            "Wait");
        Assert.Equal(CheckStatus.Failed, finding.Status);
        Assert.Contains("refuses its newest configuration", finding.Detail, StringComparison.Ordinal);
        Assert.StartsWith("# See the log of p0", finding.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorId.ResponseInvalid, true, CheckStatus.Failed, "Give the address of Prometheus itself")]
    [InlineData(ErrorId.ResponseInvalid, false, CheckStatus.Unknown, "Give an address of Prometheus that you may ask")]
    [InlineData(ErrorId.NotAuthenticated, true, CheckStatus.Unknown, "Give an address of Prometheus that you may ask")]
    public void What_is_no_Prometheus_fails_where_the_caller_says_that_it_is_one(
        string id,
        bool isNamed,
        CheckStatus expected,
        string remedy)
    {
        var finding = ConfigurationRule.Evaluate(
            "t",
            ["job"],
            [new("p0", null, new MonitoringException(id, "what answers is odd")) { IsNamed = isNamed }],
            "Wait");
        Assert.Equal((expected, "what answers is odd"), (finding.Status, finding.Detail));
        Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Why_Prometheus_may_not_be_asked_is_apart_from_what_to_do()
    {
        var denied = new MonitoringException(
            ErrorId.PermissionDenied,
            reason: "Cannot ask: user may not",
            remedy: "ask for a Role",
            target: null);
        var finding = ConfigurationRule.Evaluate(
            "t",
            ["job"],
            [new("p0", null, denied)],
            "Wait");
        Assert.Equal(
            (CheckStatus.Unknown, "Cannot ask: user may not", "# Ask for a Role.", ErrorId.PermissionDenied),
            (finding.Status, finding.Detail, finding.Remedy, finding.ErrorId));
    }

    [Fact]
    public void Every_ready_endpoint_has_to_be_up_on_every_replica()
    {
        Assert.Equal(CheckStatus.Passed, Check([Target("milvus-0"), Target("milvus-1")], [Target("milvus-0"), Target("milvus-1")]).Status);
        Assert.Contains(
            "p1 has no target for milvus-1, with 2 endpoints ready, while p0 has more",
            Check([Target("milvus-0"), Target("milvus-1")], [Target("milvus-0")]).Detail,
            StringComparison.Ordinal);
        Assert.Contains("p0 has no target, with 2", Check([], []).Detail, StringComparison.Ordinal);
        Assert.Contains(
            "has not scraped pod milvus-1 yet",
            Check([Target("milvus-0"), Target("milvus-1", "unknown")]).Detail,
            StringComparison.Ordinal);
        Assert.Contains(
            "1 of 2 targets down on p0: pod milvus-0: no route",
            Check([Target("milvus-0", "down", "no route"), Target("milvus-1")]).Detail,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_have_the_targets_between_them()
    {
        var (one, other) = (
            new ReplicaAnswer<IReadOnlyList<PrometheusTarget>>("p0", [Target("milvus-0")], null),
            new ReplicaAnswer<IReadOnlyList<PrometheusTarget>>("p-shard-1-0", [Target("milvus-1")], null));
        Assert.Equal(
            CheckStatus.Passed,
            TargetsRule.Evaluate("t", Ready, [ReplicaQuery.MergeShards([one, other])], "Wait", _ => "More").Status);
        Assert.NotNull(ReplicaQuery.MergeShards([one, other with { Error = new MonitoringException(ErrorId.TimedOut, "late") }]).Error);
    }

    [Fact]
    public void A_target_of_a_pod_that_is_not_ready_may_be_down() =>
        Assert.Equal(CheckStatus.Passed, Check([Target("milvus-0"), Target("milvus-1"), Target("milvus-2", "down", "starting")]).Status);

    [Fact]
    public void A_replica_that_may_not_be_asked_leaves_it_unknown_and_one_that_is_dead_fails_it()
    {
        Assert.Equal(CheckStatus.Unknown, Asked(ErrorId.PermissionDenied).Status);
        Assert.Equal(CheckStatus.Unknown, Asked(ErrorId.NotAuthenticated).Status);
        Assert.Equal(CheckStatus.Failed, Asked(ErrorId.ServiceUnreachable).Status);
        Assert.Equal(CheckStatus.Failed, TargetsRule.Evaluate("t", Ready, [], "Wait", _ => "More").Status);

        static Finding Asked(string id) =>
            TargetsRule.Evaluate("t", Ready, [new("p0", null, new MonitoringException(id, "no."))], "Wait", _ => "More");
    }

    [Theory]
    [InlineData(59, "milvus", CheckStatus.Passed)]
    [InlineData(61, "milvus", CheckStatus.Failed)]
    [InlineData(1, "search", CheckStatus.Warning)]
    [InlineData(1, "", CheckStatus.Failed)]
    public void A_sample_is_no_older_than_two_intervals_and_has_the_labels_of_dashboards(int age, string appName, CheckStatus expected)
    {
        var labels = new Dictionary<string, string>
        {
            ["namespace"] = "db",
            ["pod"] = "milvus-0",
            ["app_kubernetes_io_name"] = appName,
            ["app_kubernetes_io_instance"] = "my-release",
        };
        Assert.Equal(
            expected,
            SamplesRule
                .Evaluate("t", Interval, [new("p0", [new SampleAge(labels, TimeSpan.FromSeconds(age))], null)], "milvus", "Wait", "Enable")
                .Status);
    }

    [Fact]
    public void Series_of_a_pod_from_before_a_change_of_its_labels_do_not_count()
    {
        var labels = new Dictionary<string, string> { ["namespace"] = "db", ["pod"] = "milvus-0" };
        var now = new Dictionary<string, string>(labels)
        {
            ["app_kubernetes_io_name"] = "milvus",
            ["app_kubernetes_io_instance"] = "my-release",
        };
        Assert.Equal(
            CheckStatus.Passed,
            SamplesRule
                .Evaluate(
                    "t",
                    Interval,
                    [new("p0", [new(labels, TimeSpan.FromMinutes(2)), new(now, TimeSpan.FromSeconds(3))], null)],
                    "milvus",
                    "Wait",
                    "Enable")
                .Status);
    }

    private static Finding Check(params PrometheusTarget[][] replicas) =>
        TargetsRule.Evaluate(
            "t",
            Ready,
            [.. replicas.Select((targets, index) => new ReplicaAnswer<IReadOnlyList<PrometheusTarget>>($"p{index}", targets, null))],
            "Wait",
            _ => "More");

    private static PrometheusTarget Target(string pod, string health = "up", string error = "") =>
        new(
            new Dictionary<string, string>
            {
                ["namespace"] = "db",
                ["pod"] = pod,
                ["instance"] = pod + ":9091",
            },
            health,
            error,
            Interval,
            TimeSpan.FromSeconds(10));
}
