using System.Text;
using System.Text.Json;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

public sealed class PrometheusRulesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly MilvusPod[] Ready = [new("db", "milvus-0", PodState.Ready), new("db", "milvus-1", PodState.Ready)];

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
            new HashSet<string> { "job" },
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
    [InlineData(ErrorId.CertificateNotTrusted, true, CheckStatus.Failed, null)]
    public void What_is_no_Prometheus_fails_where_the_caller_says_that_it_is_one(
        string id,
        bool isNamed,
        CheckStatus expected,
        string? remedy)
    {
        var finding = ConfigurationRule.Evaluate(
            "t",
            new HashSet<string> { "job" },
            [new("p0", null, new MonitoringException(id, "what answers is odd")) { IsNamed = isNamed }],
            "Wait");
        Assert.Equal((expected, "what answers is odd"), (finding.Status, finding.Detail));
        Assert.Contains(remedy ?? string.Empty, finding.Remedy ?? string.Empty, StringComparison.Ordinal);
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
            new HashSet<string> { "job" },
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
            "p1 has no target for pod milvus-1, with 2 pods running, while p0 has more",
            Check([Target("milvus-0"), Target("milvus-1")], [Target("milvus-0")]).Detail,
            StringComparison.Ordinal);
        Assert.Contains("p0 has no target of the Milvus, with 2 pods running", Check([], []).Detail, StringComparison.Ordinal);
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
    public void A_pod_that_starts_or_has_ended_needs_no_target_while_others_are_scraped()
    {
        MilvusPod[] pods = [.. Ready, new("db", "milvus-2", PodState.Starting), new("db", "milvus-3", PodState.Ended)];
        PrometheusTarget[] targets = [Target("milvus-0"), Target("milvus-1"), Target("milvus-2", "down", "starting")];
        Assert.Equal(
            (CheckStatus.Passed, "2 running pods scraped, on 1 replica"),
            (Evaluate(pods, targets).Status, Evaluate(pods, targets).Detail));
        Assert.Equal(
            (CheckStatus.Failed, "1 of 1 target down on p0: pod milvus-2: starting"),
            (Evaluate(pods[2..], targets).Status, Evaluate(pods[2..], targets).Detail));
    }

    [Fact]
    public void A_running_pod_that_no_monitor_reaches_is_named_with_the_reason()
    {
        MilvusPod[] pods = [.. Ready, new("db", "milvus-2", PodState.Ready) { Unreached = "no Service leads to it" }];
        var finding = Evaluate(pods, Target("milvus-0"), Target("milvus-1"));
        Assert.Equal(
            (
                CheckStatus.Failed,
                "p0 has no target for pod milvus-2 (no Service leads to it), with 3 pods running",
                "# Make a monitor reach pod milvus-2: no Service leads to it."),
            (finding.Status, finding.Detail, finding.Remedy));
        Assert.Equal(CheckStatus.Passed, Evaluate(pods, Target("milvus-0"), Target("milvus-1"), Target("milvus-2")).Status);
    }

    [Fact]
    public void A_second_target_of_a_pod_that_is_down_is_a_warning()
    {
        var finding = Evaluate(Ready[..1], Target("milvus-0"), Target("milvus-0", "down", "no route"));
        Assert.Equal(CheckStatus.Warning, finding.Status);
        Assert.EndsWith("a second target is down: pod milvus-0: no route", finding.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"pod":"milvus-0","namespace":"db"}""", "{}", "http://10.1.1.1:9091/metrics", true)]
    [InlineData("""{"pod":"milvus-0","namespace":"other"}""", "{}", "http://10.1.1.1:9091/metrics", false)]
    [InlineData("""{"instance":"10.0.0.5:9091"}""", "{}", null, true)]
    [InlineData("""{"instance":"milvus-0"}""", "{}", "http://10.0.0.5:9091/metrics", true)]
    [InlineData("""{"instance":"[fd00::5]:9091"}""", "{}", null, true)]
    [InlineData("""{"instance":"10.0.0.55:9091"}""", "{}", "http://10.0.0.55:9091/metrics", false)]
    [InlineData("{}", """{"__meta_kubernetes_pod_name":"milvus-0","__meta_kubernetes_namespace":"db"}""", null, true)]
    [InlineData(
        """{"pod":"milvus-0"}""",
        """{"__meta_kubernetes_pod_name":"other","__meta_kubernetes_namespace":"db"}""",
        "http://10.0.0.5:9091/metrics",
        false)]
    [InlineData(
        "{}",
        """
        {"__meta_kubernetes_endpointslice_address_target_kind":"Pod","__meta_kubernetes_endpointslice_address_target_name":"milvus-0"}
        """,
        null,
        true)]
    public void A_target_is_of_the_pod_that_was_discovered_then_of_its_address_then_of_its_labels(
        string labels,
        string discovered,
        string? url,
        bool expected)
    {
        using var json = JsonDocument.Parse(
            $$"""{"labels":{{labels}},"discoveredLabels":{{discovered}},"scrapeUrl":{{JsonSerializer.Serialize(url)}}}""");
        var target = PrometheusAnswers.ReadTarget(json.RootElement);
        Assert.Equal(expected, target.IsOf(Ready[0] with { Addresses = ["10.0.0.5", "fd00::5"] }));
    }

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
                .Evaluate(
                    "t",
                    Interval,
                    [new("p0", [new SampleAge(labels, TimeSpan.FromSeconds(age))], null)],
                    [Scraped("milvus-0")],
                    "milvus",
                    "up{}",
                    "Wait",
                    "Enable")
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
                    [Scraped("milvus-0")],
                    "milvus",
                    "up{}",
                    "Wait",
                    "Enable")
                .Status);
    }

    [Fact]
    public void Every_pod_has_samples_of_its_own_or_is_named()
    {
        var finding = SamplesOf(Sample("milvus-0"));
        Assert.Equal((CheckStatus.Failed, "p0 has no sample of pod milvus-1, with 2 pods running"), (finding.Status, finding.Detail));
        Assert.Equal(CheckStatus.Passed, SamplesOf(Sample("milvus-0"), Sample("milvus-1")).Status);
        Assert.Equal(
            (CheckStatus.Failed, "series on p0 lack the label pod, by which dashboards find them"),
            (SamplesOf(Sample(null)).Status, SamplesOf(Sample(null)).Detail));

        static Finding SamplesOf(params SampleAge[] samples) => SamplesRule.Evaluate(
            "t",
            Interval,
            [new("p0", samples, null)],
            [Scraped("milvus-0"), Scraped("milvus-1")],
            "milvus",
            "up{}",
            "Wait",
            "Enable");
    }

    [Fact]
    public void The_expression_that_shows_the_data_has_the_job_and_the_namespace_of_the_targets()
    {
        var target = Target("milvus-0");
        Assert.Equal("""up{job="my-release-milvus",namespace="db"}""", SeriesSelector.Show([Scraped("milvus-0")], "my-release-milvus"));
        var (one, other) = (With(target, "job", "a"), With(target, "job", "b.c"));
        Assert.Equal(
            """up{job=~"a|b\\.c",namespace="db"}""",
            SeriesSelector.Show([new ScrapedPod(Ready[0], [one]), new ScrapedPod(Ready[1], [other])], null));
        Assert.Equal(
            "instance=~\"milvus-0:9091\",job=~\"a\"",
            Assert.Single(SeriesSelector.Of([new ScrapedPod(Ready[0], [one])]).Texts));
    }

    [Fact]
    public void A_pod_without_a_shown_target_is_looked_for_by_its_address_and_its_name()
    {
        var unseen = new ScrapedPod(Ready[0] with { Addresses = ["10.0.0.5"] }, []);
        Assert.Equal(
            [@"instance=~""\\[?10\\.0\\.0\\.5\\]?(:[0-9]+)?""", "namespace=\"db\",pod=~\"milvus-0\""],
            SeriesSelector.Of([unseen]).Texts);
        Assert.True(unseen.IsSourceOf(new SampleAge(Map("""{"instance":"10.0.0.5:9091"}"""), Interval)));
        Assert.True(unseen.IsSourceOf(new SampleAge(Map("""{"pod":"milvus-0","namespace":"db"}"""), Interval)));
        Assert.False(unseen.IsSourceOf(new SampleAge(Map("""{"pod":"milvus-0","namespace":"other"}"""), Interval)));
    }

    [Theory]
    [InlineData("serviceMonitor/db/m/0")]
    [InlineData("db/m/0")]
    public void A_job_may_have_the_name_that_operators_before_0_47_gave_it(string name)
    {
        var loaded = new LoadedConfiguration(new HashSet<string> { name }, true);
        Assert.Equal(name, loaded.FindJob("serviceMonitor/db/m/0"));
        Assert.Null(loaded.FindJob("serviceMonitor/db/m/1"));
    }

    [Fact]
    public void Only_jobs_with_targets_of_the_Milvus_that_no_monitor_makes_replace_a_monitor()
    {
        PrometheusTarget[] targets =
        [
            Target("milvus-0") with { Pool = "by-hand" },
            Target("milvus-0") with { Pool = "serviceMonitor/db/gone/0" },
            Target("other") with { Pool = "others" },
        ];
        Assert.Equal(["by-hand"], JobSearch.Choose([targets, targets], Ready, hasMonitors: true));
        Assert.Empty(JobSearch.Choose([targets, []], Ready, hasMonitors: true));
        Assert.Equal(["by-hand", "serviceMonitor/db/gone/0"], JobSearch.Choose([targets], Ready, hasMonitors: false));
    }

    private static Finding Evaluate(MilvusPod[] pods, params PrometheusTarget[] targets) =>
        TargetsRule.Evaluate("t", pods, [new("p0", targets, null)], "Wait", _ => "More");

    private static SampleAge Sample(string? pod)
    {
        var labels = new Dictionary<string, string>
        {
            ["namespace"] = "db",
            ["app_kubernetes_io_name"] = "milvus",
            ["app_kubernetes_io_instance"] = "my-release",
        };
        if (pod is not null)
        {
            labels["pod"] = pod;
        }

        return new SampleAge(labels, TimeSpan.FromSeconds(1));
    }

    private static ScrapedPod Scraped(string pod) => new(Ready[0] with { Name = pod }, [Target(pod)]);

    private static PrometheusTarget With(PrometheusTarget target, string label, string value) =>
        target with { Labels = new Dictionary<string, string>(target.Labels) { [label] = value } };

    private static Dictionary<string, string> Map(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;

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
