using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

public sealed class UninstallKubePrometheusTests
{
    [Fact]
    public async Task Nothing_is_left_of_a_stack_and_a_second_run_has_nothing_to_do()
    {
        await using var stage = await Stage.StartAsync();
        var before = Count(stage.Cluster);
        await stage.InstalledAsync("-Wait -Timeout 60");
        await stage.Cluster.WaitForAsync(cluster => cluster.Find("v1", "Service", "kube-system", "kubelet") is not null, TestContext.Current.CancellationToken);

        var removed = Assert.Single((await stage.UninstallAsync()).EnsureNoError().OutputOf<KubePrometheusStack>());
        Assert.Equal(removed.Resources.Count, removed.Deleted);
        Assert.Equal(before, Count(stage.Cluster));

        var again = (await stage.UninstallAsync()).EnsureNoError();
        Assert.Empty(again.Output);
        Assert.Contains("nothing to uninstall", Assert.Single(again.Warnings), StringComparison.Ordinal);
        Assert.Empty(await stage.GetAsync());
    }

    [Fact]
    public async Task WhatIf_shows_the_plan_and_sends_no_write()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Requests.Clear();
        var result = (await stage.UninstallAsync("-WhatIf")).EnsureNoError();
        Assert.True(Assert.Single(result.OutputOf<KubePrometheusStack>()).IsPlan);
        Assert.Contains(result.HostLines, line => line.Contains("Delete Deployment/monitoring/grafana", StringComparison.Ordinal));
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task It_asks_before_it_deletes()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Session.Host.Answer("No");
        (await stage.Session.InvokeAsync("param($kubeconfig) Uninstall-KubePrometheus -Kubeconfig $kubeconfig", new { kubeconfig = stage.Kubeconfig })).EnsureNoError();
        Assert.NotNull(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
        Assert.Contains("Uninstall kube-prometheus", Assert.Single(stage.Session.Host.Questions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_it_says_how_to_go_ahead_and_leaves_the_cluster_alone()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Requests.Clear();
        var result = await stage.Session.InvokeAsync("param($kubeconfig) Uninstall-KubePrometheus -Kubeconfig $kubeconfig", new { kubeconfig = stage.Kubeconfig });
        Assert.Equal([ErrorId.ConfirmationImpossible], result.ErrorIds);
        Assert.Contains("-Confirm:$false", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task API_services_go_first_then_custom_resources_then_the_rest_then_definitions_then_the_namespace()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-Wait -Timeout 60");
        stage.Cluster.Requests.Clear();
        (await stage.UninstallAsync()).EnsureNoError();
        var stages = stage.Cluster.Requests.Writes.Where(request => request.Method == "DELETE").Select(request => request.Path switch
        {
            var path when path.Contains("/apiservices/", StringComparison.Ordinal) => 0,
            var path when path.Contains("/monitoring.coreos.com/", StringComparison.Ordinal) => 1,
            var path when path.Contains("/customresourcedefinitions/", StringComparison.Ordinal) => 3,
            "/api/v1/namespaces/monitoring" => 4,
            _ => 2,
        }).ToList();
        Assert.Equal([0, 1, 2, 3, 4], stages.Distinct());
        Assert.Equal(stages.Order(), stages);
    }

    [Fact]
    public async Task Definitions_stay_while_others_use_them_unless_forced()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Put(ServiceMonitor("default", "theirs"));

        var careful = (await stage.UninstallAsync()).EnsureNoError();
        Assert.Contains("ServiceMonitor/default/theirs", Assert.Single(careful.Warnings), StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(careful.OutputOf<KubePrometheusStack>()).Skipped);
        Assert.NotNull(stage.Cluster.Find("monitoring.coreos.com/v1", "ServiceMonitor", "default", "theirs"));

        await stage.InstalledAsync();
        (await stage.UninstallAsync("-Force")).EnsureNoError();
        Assert.Null(stage.Cluster.Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "servicemonitors.monitoring.coreos.com"));
    }

    [Fact]
    public async Task The_namespace_stays_while_others_keep_something_in_it_unless_forced()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-Wait -Timeout 60");
        stage.Cluster.Put(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "theirs", ["namespace"] = "monitoring" } });

        var careful = (await stage.UninstallAsync()).EnsureNoError();
        Assert.Contains("ConfigMap/monitoring/theirs", Assert.Single(careful.Warnings), StringComparison.Ordinal);
        Assert.NotNull(stage.Cluster.Find("v1", "ConfigMap", "monitoring", "theirs"));
        Assert.Null(stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "grafana"));
    }

    [Fact]
    public async Task A_stuck_finalizer_is_named_and_never_stripped_and_the_operator_stays_to_finish()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var prometheus = stage.Cluster.Find("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s")!;
        prometheus["metadata"]!["finalizers"] = new JsonArray("monitoring.coreos.com/status-cleanup");
        stage.Cluster.Put(prometheus, "operator");

        var blocked = await stage.UninstallAsync("-Timeout 1");
        var error = Assert.Single(blocked.Errors);
        Assert.StartsWith(ErrorId.DeletionBlocked, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("Prometheus/monitoring/k8s", error.TargetObject);
        Assert.Contains("monitoring.coreos.com/status-cleanup", error.ToString(), StringComparison.Ordinal);
        Assert.NotNull(stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "prometheus-operator"));

        var held = stage.Cluster.Find("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s")!;
        held["metadata"]!["finalizers"] = new JsonArray();
        stage.Cluster.Put(held, "operator");
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    [Fact]
    public async Task A_stack_that_another_tool_applied_is_removed_by_its_manifests()
    {
        await using var stage = await Stage.StartAsync();
        var before = Count(stage.Cluster);
        await stage.InstalledAsync();
        stage.Cluster.Remove("v1", "ConfigMap", "monitoring", "milvus-monitoring-kube-prometheus");
        Assert.Single((await stage.UninstallAsync()).Warnings);

        var removed = await stage.Session.InvokeAsync(
            "param($kubeconfig, $path) Uninstall-KubePrometheus -Kubeconfig $kubeconfig -Path $path -Confirm:$false", new { kubeconfig = stage.Kubeconfig, path = Stage.Manifests });
        Assert.Single(removed.EnsureNoError().OutputOf<KubePrometheusStack>());
        Assert.Equal(before, Count(stage.Cluster));
    }

    private static int Count(Cluster cluster) =>
        ((string ApiVersion, string Kind)[])[("v1", "Namespace"), ("v1", "ConfigMap"), ("v1", "Service"), ("v1", "Endpoints"), ("discovery.k8s.io/v1", "EndpointSlice"), ("v1", "Secret"), ("v1", "Pod"), ("v1", "ServiceAccount"), ("apps/v1", "Deployment"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"), ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("rbac.authorization.k8s.io/v1", "ClusterRole"), ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"), ("rbac.authorization.k8s.io/v1", "Role"), ("rbac.authorization.k8s.io/v1", "RoleBinding"), ("apiregistration.k8s.io/v1", "APIService")]
            is var kinds ? kinds.Sum(kind => cluster.List(kind.ApiVersion, kind.Kind).Count) : 0;

    private static JsonObject ServiceMonitor(string ns, string name) => JsonNode.Parse($$$"""
        {"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"{{{name}}}","namespace":"{{{ns}}}"},
         "spec":{"selector":{"matchLabels":{"a":"b"}},"endpoints":[{"port":"metrics"}]}}
        """)!.AsObject();
}
