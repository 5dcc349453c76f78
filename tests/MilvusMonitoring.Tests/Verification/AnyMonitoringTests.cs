using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>Whatever scrapes a Milvus proves it, and nothing that does not.</summary>
public sealed class AnyMonitoringTests
{
    private const string Metrics = """[{"port":"metrics","path":"/metrics"}]""";
    private const string Labels = """{"matchLabels":{"app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"my-release"} }""";
    private const string ByComponent = """{"matchLabels":{"component":"standalone"} }""";
    private const string InDefault = """{"matchNames":["default"]}""";
    private const string InAny = """{"any":true}""";

    [Theory]
    [InlineData("ServiceMonitor", "monitoring", $$"""{"namespaceSelector":{{InDefault}},"selector":{{Labels}},"endpoints":{{Metrics}} }""")]
    [InlineData(
        "ServiceMonitor",
        "monitoring",
        $$"""{"namespaceSelector":{{InAny}},"selector":{{ByComponent}},"endpoints":{{Metrics}} }""")]
    [InlineData("ServiceMonitor", "default", $$"""{"selector":{{ByComponent}},"endpoints":[{"targetPort":9091}]}""")]
    [InlineData("ServiceMonitor", "default", $$"""{"selector":{{Labels}},"endpoints":[{"targetPort":"metrics"}]}""")]
    [InlineData(
        "PodMonitor",
        "monitoring",
        $$"""{"namespaceSelector":{{InDefault}},"selector":{{Labels}},"podMetricsEndpoints":{{Metrics}} }""")]
    [InlineData("PodMonitor", "default", $$"""{"selector":{{ByComponent}},"podMetricsEndpoints":[{"portNumber":9091}]}""")]
    public async Task A_monitor_of_any_place_and_selector_that_reaches_every_pod(string kind, string ns, string spec)
    {
        await using var stage = await StubStage.StartAsync(pods: 2, isEnabled: false);
        stage.PutMonitor(kind, ns, "by-hand", spec);
        stage.PutMonitor(kind, ns, "another", spec.Replace("standalone", "other", StringComparison.Ordinal)
            .Replace("my-release", "other", StringComparison.Ordinal));
        stage.Scrape($"{char.ToLowerInvariant(kind[0])}{kind[1..]}/{ns}/by-hand/0");

        var checks = await stage.ProvesAsync();

        Assert.Equal($"{kind}/{ns}/by-hand", StubStage.Get(checks, "Monitor").Target);
        Assert.Contains("2 running pods scraped", StubStage.Get(checks, "Targets").Detail, StringComparison.Ordinal);
        Assert.EndsWith(
            """up{job="my-release-milvus",namespace="default"} shows them""",
            StubStage.Get(checks, "Samples").Detail,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("milvus-by-hand")]
    [InlineData("scrapeConfig/monitoring/milvus")]
    public async Task A_scrape_job_that_no_monitor_makes(string job)
    {
        await using var stage = await StubStage.StartAsync(isEnabled: false);
        Assert.Equal(CheckStatus.Failed, StubStage.Get(await stage.TestAsync(), "Monitor").Status);
        stage.Scrape(job);
        var checks = await stage.ProvesAsync();
        Assert.Contains($"'{job}'", StubStage.Get(checks, "Monitor").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_scrapes_the_Service_of_a_single_pod_proves_it_and_lacks_labels()
    {
        await using var stage = await StubStage.StartAsync(isEnabled: false);
        stage.Scrape("static", [("none", "my-release-milvus.default.svc")], target => target with
        {
            Labels = new Dictionary<string, string> { ["job"] = "static", ["instance"] = target.Address },
        });
        var samples = StubStage.Get(await stage.TestAsync(), "Samples");
        Assert.Equal(CheckStatus.Warning, samples.Status);
        Assert.EndsWith(
            "dashboards find series by namespace, pod, app_kubernetes_io_name, app_kubernetes_io_instance, which these lack",
            samples.Detail,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_monitor_of_others_is_never_mended_by_making_a_second_one()
    {
        await using var stage = await StubStage.StartAsync(isEnabled: false);
        var spec = $$"""{"namespaceSelector":{{InDefault}},"selector":{{Labels}},"endpoints":{{Metrics}} }""";
        stage.PutMonitor("ServiceMonitor", "monitoring", "by-hand", spec);
        stage.ChangePrometheus(value => value["serviceMonitorSelector"] = JsonNode.Parse("""{"matchLabels":{"release":"kps"} }"""));
        var selection = StubStage.Get(await stage.TestAsync(), "Selection");
        Assert.Equal("# Add the labels release=kps to ServiceMonitor/monitoring/by-hand.", selection.Remedy);

        stage.ChangePrometheus(value => value["serviceMonitorSelector"] = new JsonObject());
        stage.Scrape("serviceMonitor/monitoring/by-hand/0", change: target => target with
        {
            Labels = Set(target, "app_kubernetes_io_name", null),
        });
        var samples = StubStage.Get(await stage.TestAsync(), "Samples");
        Assert.Equal("# Correct ServiceMonitor/monitoring/by-hand with the tool that made it.", samples.Remedy);
    }

    [Fact]
    public async Task Pools_as_operators_before_0_47_named_them_and_a_label_that_relabelling_has_changed()
    {
        await using var stage = await StubStage.StartAsync();
        stage.Scrape(
            StubStage.Own["serviceMonitor/".Length..],
            change: target => target with { Labels = Set(target, "instance", target.Labels["pod"]) });
        await stage.ProvesAsync();
    }

    [Fact]
    public async Task A_dropped_label_pod_shows_in_the_samples_and_not_as_a_missing_target()
    {
        await using var stage = await StubStage.StartAsync();
        stage.Scrape(StubStage.Own, change: target => target with { Labels = Set(target, "pod", null) });
        var checks = await stage.TestAsync();
        Assert.Equal(CheckStatus.Passed, StubStage.Get(checks, "Targets").Status);
        Assert.Contains("lack the label pod", StubStage.Get(checks, "Samples").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_scraped_pod_of_three_is_no_proof_and_neither_is_one_with_samples()
    {
        await using var stage = await StubStage.StartAsync(pods: 3);
        var pods = stage.ListPods();
        stage.Scrape(StubStage.Own, pods.Take(1));
        var targets = StubStage.Get(await stage.TestAsync(), "Targets");
        Assert.Equal(CheckStatus.Failed, targets.Status);
        Assert.All(pods.Skip(1), pod => Assert.Contains(pod.Name, targets.Detail, StringComparison.Ordinal));
        Assert.StartsWith(
            $"Test-MilvusMonitoring my-release -Namespace default -Wait -PrometheusUri {stage.Prometheus.Address} ",
            targets.Remedy,
            StringComparison.Ordinal);
        var waited = StubStage.Get(await stage.TestAsync("-Wait -Timeout 1s"), "Targets");
        Assert.StartsWith("# See the targets of ", waited.Remedy, StringComparison.Ordinal);

        stage.Scrape(StubStage.Own, pods.Skip(1), target => target with { HasSamples = false });
        var samples = StubStage.Get(await stage.TestAsync(), "Samples");
        Assert.Equal(CheckStatus.Failed, samples.Status);
        Assert.All(pods.Skip(1), pod => Assert.Contains(pod.Name, samples.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pods_that_start_are_a_warning_and_pods_that_have_ended_are_nothing()
    {
        await using var stage = await StubStage.StartAsync(pods: 3);
        var pods = stage.ListPods();
        stage.Stage.Cluster.SetReady("default", pods[2].Name, false);
        await PutPodAsync(stage, "milvus-evicted", "Failed");
        stage.Scrape(StubStage.Own, pods.Take(2));

        var checks = await stage.TestAsync();

        var endpoints = StubStage.Get(checks, "Endpoints");
        Assert.Equal(CheckStatus.Warning, endpoints.Status);
        Assert.StartsWith("2 of 3 ready", endpoints.Detail, StringComparison.Ordinal);
        Assert.Equal(CheckStatus.Passed, StubStage.Get(checks, "Samples").Status);
        Assert.DoesNotContain(checks, check => $"{check.Detail}{check.Remedy}".Contains("evicted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pod_that_no_Service_leads_to_is_named_with_the_reason()
    {
        await using var stage = await StubStage.StartAsync();
        stage.Scrape(StubStage.Own);
        await PutPodAsync(stage, "milvus-beside");
        var targets = StubStage.Get(await stage.TestAsync(), "Targets");
        Assert.Contains("no target for pod milvus-beside (no Service leads to it)", targets.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eighty_pods_through_a_proxy_that_takes_short_request_lines_only()
    {
        await using var stage = await StubStage.StartAsync(pods: 80);
        stage.Prometheus.LongestLine = 4096;
        stage.Scrape(StubStage.Own);
        await stage.ProvesAsync();
        Assert.True(Assert.Single(stage.Prometheus.Queries, query => query.Contains("timestamp(", StringComparison.Ordinal)).Length > 2000);
    }

    [Theory]
    [InlineData("paused", "Prometheus/monitoring/k8s is paused", "# Set spec.paused")]
    [InlineData("namespaces", "watches the namespaces monitoring, kube-system only (--namespaces)", "# Have Deployment/monitoring/")]
    [InlineData("event", "the operator rejects ServiceMonitor/default/my-release-milvus: no key password", "# Correct ServiceMonitor/")]
    public async Task A_monitor_that_never_becomes_configuration_says_why(string kind, string reason, string remedy)
    {
        await using var stage = await StubStage.StartAsync();
        switch (kind)
        {
            case "paused":
                stage.ChangePrometheus(spec => spec["paused"] = true);
                break;
            case "namespaces":
                stage.Change("apps/v1", "Deployment", "monitoring", "prometheus-operator", value =>
                    value["spec"]!["template"]!["spec"]!["containers"]![0]!["args"] = new JsonArray("--namespaces=monitoring,kube-system"));
                await stage.Stage.Cluster.WaitForAsync(IsOperatorReady, TestContext.Current.CancellationToken);
                break;
            default:
                stage.Stage.Put("""
                    {"apiVersion":"v1","kind":"Event","metadata":{"name":"rejected","namespace":"default"},"type":"Warning",
                     "reason":"InvalidConfiguration","message":"no key password","lastTimestamp":"2026-01-01T00:00:00Z",
                     "involvedObject":{"kind":"ServiceMonitor","namespace":"default","name":"my-release-milvus"} }
                    """);
                break;
        }

        var configuration = StubStage.Get(await stage.TestAsync(), "Configuration");

        Assert.Equal(CheckStatus.Failed, configuration.Status);
        Assert.Contains(reason, configuration.Detail, StringComparison.Ordinal);
        Assert.StartsWith(remedy, configuration.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_Prometheus_resource_the_reader_is_named_and_the_samples_at_an_address_are_the_proof()
    {
        await using var stage = await StubStage.StartAsync();
        stage.Stage.Cluster.Remove("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s");
        stage.Stage.Cluster.Remove("apps/v1", "Deployment", "monitoring", "prometheus-operator");
        stage.Stage.Cluster.Remove("apps/v1", "Deployment", "monitoring", "grafana");
        stage.Stage.Put("""
            {"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"alloy","namespace":"default"},
             "spec":{"selector":{"matchLabels":{"app":"alloy"} },"template":{"metadata":{"labels":{"app":"alloy"} },
                     "spec":{"containers":[{"name":"alloy","image":"grafana/alloy:v1.11.0"}]} } } }
            """);
        foreach (var inventory in stage.Stage.Cluster.List("v1", "ConfigMap", "monitoring"))
        {
            stage.Stage.Cluster.Remove("v1", "ConfigMap", "monitoring", (string)inventory["metadata"]!["name"]!);
        }

        var alone = await stage.TestInClusterAsync();
        Assert.Contains("DaemonSet/default/alloy", StubStage.Get(alone, "Prometheus").Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(alone, check => check.Remedy?.Contains("Install-", StringComparison.Ordinal) is true);
        Assert.DoesNotContain(alone, check => check is { Status: CheckStatus.Failed, Instance: not null });

        Assert.Equal(CheckStatus.Failed, StubStage.Get(await stage.TestAsync(), "Samples").Status);
        stage.Scrape("integrations/milvus");
        await stage.ProvesAsync();
        stage.Prometheus.OnlyQueries = true;
        await stage.ProvesAsync();
        Assert.True((await stage.RunAsync("-Quiet")).EnsureNoError().OutputOf<bool>().Single());
    }

    [Fact]
    public async Task Of_two_Grafanas_that_of_the_stack_is_checked()
    {
        await using var stage = await StubStage.StartAsync();
        foreach (var inventory in stage.Stage.Cluster.List("v1", "ConfigMap", "monitoring"))
        {
            stage.Stage.Cluster.Remove("v1", "ConfigMap", "monitoring", (string)inventory["metadata"]!["name"]!);
        }

        stage.Stage.Put("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a-loki-grafana","namespace":"monitoring","labels":{"app.kubernetes.io/name":"grafana","app.kubernetes.io/instance":"a-loki"} },
             "spec":{"selector":{"matchLabels":{"app":"a-loki"} },"template":{"metadata":{"labels":{"app":"a-loki"} },
                     "spec":{"containers":[{"name":"grafana","image":"grafana/grafana:12.0.0"}]} } } }
            """);

        Assert.Equal("Deployment/monitoring/grafana", StubStage.Get(await stage.TestInClusterAsync(), "Grafana").Target);
    }

    private static bool IsOperatorReady(Cluster cluster)
    {
        var value = cluster.Find("apps/v1", "Deployment", "monitoring", "prometheus-operator")!;
        var status = value["status"]!;
        return (int?)status["observedGeneration"] == (int?)value["metadata"]!["generation"]
            && (int?)status["availableReplicas"] == 1
            && (int?)status["updatedReplicas"] == 1;
    }

    /// <summary>Puts a pod of the Milvus that no controller keeps, once it runs.</summary>
    private static async Task PutPodAsync(StubStage stage, string name, string phase = "Running")
    {
        var pod = JsonNode.Parse($$"""
            {"apiVersion":"v1","kind":"Pod",
             "metadata":{"name":"{{name}}","namespace":"default",
                         "labels":{"app.kubernetes.io/name":"milvus","app.kubernetes.io/instance":"my-release"} },
             "spec":{"nodeName":"n1","containers":[
               {"name":"milvus","image":"milvusdb/milvus:v2.6.15","ports":[{"name":"metrics","containerPort":9091}]}]} }
            """)!.AsObject();
        stage.Stage.Cluster.Put(pod);
        await stage.Stage.Cluster.WaitForAsync(
            cluster => cluster.Find("v1", "Pod", "default", name)!["status"]?["conditions"]?.AsArray()
                .Any(condition => $"{condition!["type"]}{condition["status"]}" == "ReadyTrue") is true,
            TestContext.Current.CancellationToken);
        if (phase != "Running")
        {
            stage.Change("v1", "Pod", "default", name, value =>
            {
                value["status"]!["phase"] = phase;
                value["status"]!["reason"] = "Evicted";
            });
        }
    }

    private static Dictionary<string, string> Set(StubTarget target, string label, string? value)
    {
        var labels = new Dictionary<string, string>(target.Labels);
        labels.Remove(label);
        if (value is not null)
        {
            labels[label] = value;
        }

        return labels;
    }
}
