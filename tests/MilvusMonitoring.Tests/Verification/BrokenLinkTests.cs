using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>Each link broken in turn on a stage that is whole again afterwards: exactly it fails, and its remedy mends it.</summary>
/// <param name="shared">The stage.</param>
public sealed class BrokenLinkTests(SharedProof shared) : IClassFixture<SharedProof>, IAsyncDisposable
{
    private const string Group = "monitoring.coreos.com/v1";

    [Fact]
    public async Task Definitions_one_is_missing_and_after_it_the_monitor_too()
    {
        var proof = await shared.TakeAsync();
        proof.Cluster.Remove("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "servicemonitors.monitoring.coreos.com");
        var failed = await proof.OnlyFailsAsync("Definitions");
        Assert.Contains("servicemonitors.monitoring.coreos.com is not in the cluster", failed.Detail, StringComparison.Ordinal);
        await proof.MendAsync(failed);
        await proof.MendAsync(await proof.OnlyFailsAsync("Monitor"));
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Operator_scaled_to_nothing()
    {
        var proof = await shared.TakeAsync();
        proof.Change("apps/v1", "Deployment", "monitoring", "prometheus-operator", value => value["spec"]!["replicas"] = 0);
        var failed = await proof.OnlyFailsAsync("Operator");
        Assert.Contains("0 replicas", failed.Detail, StringComparison.Ordinal);
        await proof.MendAsync(failed);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Instance_whose_release_is_in_no_known_state()
    {
        var proof = await shared.TakeAsync();
        new SampleMilvus { Revision = 2, Status = "unknown" }.PutRecordInto(proof.Cluster);
        Assert.Contains("unknown", (await proof.OnlyFailsAsync("Instance")).Detail, StringComparison.Ordinal);
        proof.Cluster.Remove("v1", "Secret", "default", "sh.helm.release.v1.my-release.v2");
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Monitor_not_enabled()
    {
        var proof = await shared.TakeAsync();
        (await proof.RunAsync("Disable-MilvusServiceMonitor my-release -Kubeconfig $c -Confirm:$false")).EnsureNoError();
        var failed = await proof.OnlyFailsAsync("Monitor");
        Assert.Equal(
            $"Enable-MilvusServiceMonitor my-release -Namespace default -Context embedded -Kubeconfig {proof.Stage.Kubeconfig}",
            failed.Remedy);
        await proof.MendAsync(failed);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Monitor_without_an_endpoint()
    {
        var proof = await shared.TakeAsync();
        proof.Change(Group, "ServiceMonitor", "default", ProofStage.MonitorName, value => value["spec"]!["endpoints"] = new JsonArray());
        var failed = await proof.OnlyFailsAsync("Monitor", "names no endpoint to scrape");
        Assert.Equal("because of Monitor", (await proof.TestAsync()).Single(check => check.Check == "Service").Detail);
        await proof.MendAsync(failed);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Selection_by_a_label_that_the_monitor_has_not()
    {
        var proof = await shared.TakeAsync();
        JsonNode? before = null;
        proof.ChangePrometheus(spec =>
        {
            before = spec["serviceMonitorSelector"]!.DeepClone();
            spec["serviceMonitorSelector"] = JsonNode.Parse("""{"matchLabels":{"release":"kps","example.com/team":"a"}}""");
        });
        var failed = await proof.OnlyFailsAsync("Selection");
        Assert.Contains("selects release=kps", failed.Detail, StringComparison.Ordinal);
        await proof.MendAsync(failed);
        await proof.PassesAsync();
        proof.ChangePrometheus(spec => spec["serviceMonitorSelector"] = before);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Service_that_the_monitor_s_selector_misses()
    {
        var proof = await shared.TakeAsync();
        proof.Change(Group, "ServiceMonitor", "default", ProofStage.MonitorName, value =>
            value["spec"]!["selector"]!["matchLabels"]!["component"] = "proxy");
        var failed = await proof.OnlyFailsAsync("Service", "my-release-milvus would be the one");
        Assert.Contains("; Enable-MilvusServiceMonitor my-release ", failed.Remedy, StringComparison.Ordinal);
        await proof.MendAsync(failed);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Endpoints_that_are_not_ready()
    {
        var proof = await shared.TakeAsync();
        proof.Cluster.SetReady("default", proof.Pod(), false);
        Assert.Contains("0 of 1 ready", (await proof.OnlyFailsAsync("Endpoints")).Detail, StringComparison.Ordinal);
        proof.Cluster.SetReady("default", proof.Pod(), true);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task NetworkPolicy_that_lets_nobody_in_is_a_warning()
    {
        var proof = await shared.TakeAsync();
        await proof.PassesAsync();
        proof.Stage.PutPolicy("deny", "[]");
        var warning = (await proof.TestAsync()).Single(check => check.Check == "NetworkPolicy");
        Assert.Equal(CheckStatus.Warning, warning.Status);
        Assert.Contains("NetworkPolicy/default/deny does not let Prometheus in to port 9091", warning.Detail, StringComparison.Ordinal);
        proof.Stage.PutPolicy(
            "allow",
            """[{"from":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"monitoring"}},"podSelector":{"matchLabels":{"app.kubernetes.io/name":"prometheus"}}}],"ports":[{"port":"metrics"}]}]"""
        );
        await proof.PassesAsync();
        proof.Cluster.Remove("networking.k8s.io/v1", "NetworkPolicy", "default", "deny");
        proof.Cluster.Remove("networking.k8s.io/v1", "NetworkPolicy", "default", "allow");
    }

    [Fact]
    public async Task Access_never_granted()
    {
        var proof = await shared.TakeAsync();
        (await proof.RunAsync("Revoke-PrometheusMilvusAccess -Kubeconfig $c -Confirm:$false")).EnsureNoError();
        proof.Cluster.Remove("rbac.authorization.k8s.io/v1", "RoleBinding", "default", "prometheus-k8s");
        var failed = await proof.OnlyFailsAsync("Access");
        Assert.Contains(
            "lacks get, list, watch on pods, services, endpointslices.discovery.k8s.io in namespace default",
            failed.Detail,
            StringComparison.Ordinal);
        await proof.MendAsync(failed);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Access_of_an_account_that_was_deleted()
    {
        var proof = await shared.TakeAsync();
        proof.Cluster.Remove("v1", "ServiceAccount", "monitoring", "prometheus-k8s");
        var failed = await proof.OnlyFailsAsync("Access", "does not exist, so that the API server refuses the token of Prometheus");
        Assert.StartsWith("Install-KubePrometheus ", failed.Remedy, StringComparison.Ordinal);
        await proof.MendAsync(failed);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Access_whose_binding_was_deleted()
    {
        var proof = await shared.TakeAsync();
        proof.Cluster.Remove("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", null, "prometheus-k8s");
        proof.Cluster.Remove("rbac.authorization.k8s.io/v1", "RoleBinding", "default", "prometheus-k8s");
        var failed = await proof.OnlyFailsAsync("Access", "because ClusterRoleBinding/prometheus-k8s is not in the cluster");
        await proof.MendAsync(failed);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Prometheus_scaled_to_nothing()
    {
        var proof = await shared.TakeAsync();
        proof.ChangePrometheus(spec => spec["replicas"] = 0);
        var failed = await proof.OnlyFailsAsync("Prometheus", "is scaled to 0 replicas");
        Assert.StartsWith("Install-KubePrometheus ", failed.Remedy, StringComparison.Ordinal);
        await proof.MendAsync(failed);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Service_that_has_lost_its_port_is_for_helm_to_repair()
    {
        var proof = await shared.TakeAsync();
        JsonNode? before = null;
        proof.Change("v1", "Service", "default", "my-release-milvus", value =>
        {
            before = value["spec"]!["ports"]!.DeepClone();
            value["spec"]!["ports"]!.AsArray().RemoveAll(port => (string?)port!["name"] == "metrics");
        });
        var failed = await proof.OnlyFailsAsync("Service", "has no port named 'metrics'");
        Assert.StartsWith("# Repair the release my-release with helm upgrade", failed.Remedy, StringComparison.Ordinal);
        proof.Change("v1", "Service", "default", "my-release-milvus", value => value["spec"]!["ports"] = before);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Alertmanager_that_was_deleted()
    {
        var proof = await shared.TakeAsync();
        proof.Cluster.Remove(Group, "Alertmanager", "monitoring", "main");
        var check = (await proof.TestAsync()).Single(found => found.Check == "Alerting");
        Assert.Equal(
            (CheckStatus.Warning, "is not in the cluster, so that alerts reach nobody", "Alertmanager/monitoring/main"),
            (check.Status, check.Detail, check.Target));
        Assert.StartsWith("Install-KubePrometheus ", check.Remedy, StringComparison.Ordinal);
        await proof.MendAsync(check);
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Targets_that_answer_500()
    {
        var proof = await shared.TakeAsync();
        proof.Monitored.Milvus.StatusCode = 500;
        var failed = await proof.OnlyFailsAsync("Targets", "server returned HTTP status 500");
        Assert.Contains(proof.Pod(), failed.Remedy, StringComparison.Ordinal);
        proof.Monitored.Milvus.StatusCode = 200;
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Samples_without_the_labels_that_dashboards_select_by()
    {
        var proof = await shared.TakeAsync();
        proof.Change(Group, "ServiceMonitor", "default", ProofStage.MonitorName, value =>
            value["spec"]!["targetLabels"] = new JsonArray("component"));
        await proof.MendAsync(await proof.OnlyFailsAsync("Samples", "lack the labels app_kubernetes_io_name, app_kubernetes_io_instance"));
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Grafana_scaled_to_nothing()
    {
        var proof = await shared.TakeAsync();
        proof.Change("apps/v1", "Deployment", "monitoring", "grafana", value => value["spec"]!["replicas"] = 0);
        await proof.MendAsync(await proof.OnlyFailsAsync("Grafana"));
        await proof.PassesAsync();
    }

    [Fact]
    public async Task Grafana_deleted()
    {
        var proof = await shared.TakeAsync();
        proof.Stage.Cluster.Remove("apps/v1", "Deployment", "monitoring", "grafana");
        await proof.MendAsync(await proof.OnlyFailsAsync("Grafana", "is not in the cluster"));
        await proof.PassesAsync();
    }

    public ValueTask DisposeAsync() => shared.GiveBackAsync();
}
