using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>Links broken for good, or on a stage of another form: exactly it fails, and its remedy mends it where a command can.</summary>
public sealed class BrokenForGoodTests
{
    private const string Group = "monitoring.coreos.com/v1";

    [Fact]
    public async Task Operator_down_so_that_a_new_monitor_does_not_become_configuration()
    {
        await using var proof = await ProofStage.StartAsync(enabled: false);
        proof.Change("apps/v1", "Deployment", "monitoring", "prometheus-operator", value => value["spec"]!["replicas"] = 0);
        await proof.Cluster.WaitForAsync(
            cluster =>
                (int?)cluster.Find("apps/v1", "Deployment", "monitoring", "prometheus-operator")!["status"]!["availableReplicas"]
                    is null
                        or 0,
            TestContext.Current.CancellationToken);
        (await proof.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        await proof.OnlyFailsAsync("Operator");
        var checks = await proof.TestAsync();
        Assert.All(checks.Where(check => check.Check is "Configuration" or "Targets" or "Samples"), check =>
            Assert.Equal((CheckStatus.Skipped, "Operator"), (check.Status, check.CausedBy)));
    }

    [Fact]
    public async Task Prometheus_gone_altogether()
    {
        await using var proof = await ProofStage.StartAsync();
        proof.Cluster.Remove(Group, "Prometheus", "monitoring", "k8s");
        var failed = await proof.OnlyFailsAsync("Prometheus");
        Assert.StartsWith("Install-KubePrometheus -Path ", failed.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Instance_with_metrics_off()
    {
        await using var proof = await ProofStage.StartAsync(enabled: false);
        new SampleMilvus
        {
            Revision = 2,
            Values = JsonNode.Parse("""{"cluster":{"enabled":false},"metrics":{"enabled":false}}""")!.AsObject(),
        }.PutRecordInto(proof.Cluster);
        var failed = await proof.OnlyFailsAsync("Instance");
        Assert.Contains("metrics.enabled=true", failed.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serviceMonitorNamespaceSelector", """{"matchLabels":{"team":"search"}}""", "selects in namespaces with team=search only")]
    [InlineData("serviceMonitorNamespaceSelector", null, "selects in its own namespace only")]
    [InlineData("serviceMonitorSelector", null, "has no serviceMonitorSelector")]
    public async Task Selection_by_namespace_or_not_at_all(string field, string? selector, string reason)
    {
        await using var proof = await ProofStage.StartAsync();
        proof.ChangePrometheus(spec =>
        {
            spec.Remove(field);
            if (selector is not null)
            {
                spec[field] = JsonNode.Parse(selector);
            }
        });
        var failed = await proof.OnlyFailsAsync("Selection");
        Assert.Contains(reason, failed.Detail, StringComparison.Ordinal);
        Assert.StartsWith("# ", failed.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_is_not_there()
    {
        await using var proof = await ProofStage.StartAsync();
        proof.Cluster.Remove("v1", "Service", "default", "my-release-milvus");
        Assert.Contains("app.kubernetes.io/instance=my-release", (await proof.OnlyFailsAsync("Service")).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_without_a_port_of_that_name()
    {
        await using var proof = await ProofStage.StartAsync();
        proof.Change("v1", "Service", "default", "my-release-milvus", value => value["spec"]!["ports"]![1]!["name"] = "http-metrics");
        var failed = await proof.OnlyFailsAsync("Service");
        Assert.Contains("its port names: milvus, http-metrics", failed.Detail, StringComparison.Ordinal);
        Assert.Equal("Service/default/my-release-milvus", failed.Target);
    }

    [Fact]
    public async Task Access_to_the_page_s_three_resources_on_a_Prometheus_that_discovers_by_EndpointSlices()
    {
        await using var proof = await ProofStage.StartAsync(granted: false);
        proof.Cluster.Remove("rbac.authorization.k8s.io/v1", "RoleBinding", "default", "prometheus-k8s");
        proof.Change("rbac.authorization.k8s.io/v1", "ClusterRole", "", "prometheus-k8s", value =>
            value["rules"]!
                .AsArray()
                .Add(JsonNode.Parse("""{"apiGroups":[""],"resources":["pods","services","endpoints"],"verbs":["get","watch","list"]}"""))
        );
        var failed = await proof.OnlyFailsAsync("Access");
        Assert.Contains(
            "lacks get, list, watch on endpointslices.discovery.k8s.io in namespace default",
            failed.Detail,
            StringComparison.Ordinal);
        await proof.MendAsync(failed);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Configuration_on_one_of_two_replicas_only()
    {
        await using var proof = await ProofStage.StartAsync(servers: 2, enabled: false);
        proof.Monitored.Freeze(1);
        (await proof.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        var failed = await proof.OnlyFailsAsync("Configuration");
        Assert.Contains(
            $"pod prometheus-k8s-1 has not loaded serviceMonitor/default/{ProofStage.MonitorName}/0, while pod prometheus-k8s-0 has",
            failed.Detail,
            StringComparison.Ordinal);
        Assert.StartsWith("Test-MilvusMonitoring my-release -Namespace default -Wait", failed.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Targets_slower_than_the_timeout()
    {
        await using var proof = await ProofStage.StartAsync();
        proof.Monitored.Milvus.Delay = TimeSpan.FromMilliseconds(1500);
        var failed = await proof.OnlyFailsAsync("Targets", "context deadline exceeded");

        Assert.Contains("-Interval '3s' -ScrapeTimeout '3s'", failed.Remedy, StringComparison.Ordinal);
        await proof.MendAsync(failed);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Samples_that_are_stale()
    {
        await using var proof = await ProofStage.StartAsync();
        proof.Monitored.Milvus.Age = TimeSpan.FromMinutes(1);
        await proof.OnlyFailsAsync("Samples", "s old, with an interval of 1 s");
    }

    [Fact]
    public async Task A_Milvus_of_the_Operator_with_its_PodMonitor_in_place_of_a_ServiceMonitor()
    {
        await using var proof = await ProofStage.StartAsync(enabled: false);
        proof.Cluster.Remove("v1", "Secret", "default", "sh.helm.release.v1.my-release.v1");
        await proof.Stage.PutOperatedAsync();
        var failed = await proof.OnlyFailsAsync("Monitor");
        Assert.Contains("PodMonitor/default/my-release", failed.Target, StringComparison.Ordinal);
        Assert.Contains("Milvus Operator creates it", failed.Remedy, StringComparison.Ordinal);
        proof.Stage.PutPodMonitor();
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Grafana_that_is_not_well_or_has_lost_its_data_source_or_has_another_password()
    {
        await using var proof = await ProofStage.StartAsync();
        await proof.PassesAsync();
        proof.Monitored.Grafana.IsHealthy = false;
        await proof.OnlyFailsAsync("Grafana");
        proof.Monitored.Grafana.IsHealthy = true;
        proof.Monitored.Grafana.HasPrometheus = false;
        Assert.Contains("'prometheus' does not answer", (await proof.OnlyFailsAsync("Grafana")).Detail, StringComparison.Ordinal);
        proof.Monitored.Grafana.HasPrometheus = true;

        proof.Monitored.Grafana.Password = "another";
        var unknown = (await proof.TestAsync()).Single(check => check.Check == "Grafana");
        Assert.Equal(CheckStatus.Unknown, unknown.Status);
        Assert.Contains("-GrafanaCredential", unknown.Remedy, StringComparison.Ordinal);

        // Grafana locks a user out after a few wrong passwords.
        var refused = proof.Monitored.Grafana.Refused;
        proof.Monitored.Milvus.StatusCode = 500;
        await proof.TestAsync("-Wait -Timeout 4s");
        Assert.Equal(refused, proof.Monitored.Grafana.Refused);
        var signedIn = (
            await proof.TestAsync(
                "-GrafanaCredential ([pscredential]::new('admin', [System.Net.NetworkCredential]::new('', 'another').SecurePassword))")
        ).Single(check => check.Check == "Grafana");
        Assert.Equal(CheckStatus.Passed, signedIn.Status);
    }
}
