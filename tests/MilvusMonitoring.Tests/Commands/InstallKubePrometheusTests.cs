using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

public sealed class InstallKubePrometheusTests
{
    [Fact]
    public async Task A_bare_cluster_gets_every_object_and_a_second_run_writes_nothing()
    {
        await using var stage = await Stage.StartAsync();
        var first = await stage.InstalledAsync("-Wait -Timeout 60");
        Assert.Equal(first.Resources.Count, first.Created);
        Assert.True(first.Ready);
        Assert.Equal(("monitoring", "embedded", stage.Kubeconfig, "v1.36.2"), (first.Namespace, first.Context, first.Kubeconfig, first.KubernetesVersion));
        Assert.NotNull(stage.Cluster.Find("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s"));
        Assert.NotNull(stage.Cluster.Find("rbac.authorization.k8s.io/v1", "Role", "kube-system", "prometheus-k8s"));

        stage.Cluster.Requests.Clear();
        var second = await stage.InstalledAsync("-Wait -Timeout 60");
        Assert.Equal(second.Resources.Count, second.Unchanged);
        Assert.Equal(first.Resources.Select(resource => resource.ToString()), second.Resources.Select(resource => resource.ToString()));
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task WhatIf_shows_the_plan_and_sends_no_write()
    {
        await using var stage = await Stage.StartAsync();
        var result = (await stage.InstallAsync("-WhatIf")).EnsureNoError();
        var plan = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.True(plan.IsPlan);
        Assert.Equal(plan.Resources.Count, plan.Created);
        Assert.Contains(result.HostLines, line => line.Contains("Create Deployment/monitoring/grafana", StringComparison.Ordinal));
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task A_No_to_the_question_leaves_the_cluster_alone()
    {
        await using var stage = await Stage.StartAsync();
        stage.Session.Host.Answer("No");
        Assert.Empty((await stage.InstallAsync("-Confirm")).EnsureNoError().Output);
        Assert.Empty(stage.Cluster.Requests.Writes);
        Assert.Contains("Install kube-prometheus", Assert.Single(stage.Session.Host.Questions), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_somebody_has_changed_is_applied_again()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var grafana = stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "grafana")!;
        grafana["spec"]!["replicas"] = 5;
        stage.Cluster.Put(grafana, "kubectl-edit");
        stage.Cluster.Remove("v1", "ConfigMap", "monitoring", "grafana-dashboard-nodes");

        Assert.Equal(
            [("changed by kubectl-edit", "Deployment/monitoring/grafana"), ("missing", "ConfigMap/monitoring/grafana-dashboard-nodes")],
            (await stage.GetAsync()).Single().Resources.Where(resource => resource.Drift is not null).Select(resource => (resource.Drift!, resource.ToString())).OrderBy(item => item));
        var again = await stage.InstalledAsync("-ForceConflicts");
        Assert.Equal((1, 1, again.Resources.Count - 2), (again.Configured, again.Created, again.Unchanged));
        Assert.Equal(1, stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "grafana")!["spec"]!["replicas"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_field_of_another_manager_is_one_error_and_the_rest_is_applied()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var service = stage.Cluster.Find("v1", "Service", "monitoring", "grafana")!;
        service["metadata"]!["labels"]!["app.kubernetes.io/version"] = "mine";
        stage.Cluster.Put(service, "somebody");
        stage.Cluster.Remove("v1", "ServiceAccount", "monitoring", "grafana");

        var result = await stage.InstallAsync();
        var error = Assert.Single(result.Errors);
        Assert.StartsWith(ErrorId.FieldConflict, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("Service/monitoring/grafana", error.TargetObject);
        Assert.Contains("somebody", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("-ForceConflicts", error.ToString(), StringComparison.Ordinal);
        var stack = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal((1, 1), (stack.Failed, stack.Created));

        Assert.Equal(1, (await stage.InstalledAsync("-ForceConflicts")).Configured);
    }

    [Fact]
    public async Task Under_Stop_a_failed_object_ends_the_script()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add("PATCH", "deployments/grafana", Fault.Answer(System.Net.HttpStatusCode.UnprocessableEntity, "Invalid", "spec is wrong"), times: null);
        var result = await stage.InstallAsync("-ErrorAction Stop");
        Assert.True(result.Terminated);
        Assert.Equal([ErrorId.ObjectInvalid], result.ErrorIds);
    }

    [Fact]
    public async Task Components_can_be_left_out_by_either_name()
    {
        await using var stage = await Stage.StartAsync();
        var stack = await stage.InstalledAsync("-ExcludeComponent grafana, prometheusAdapter");
        Assert.DoesNotContain(stack.Components, component => component.Name is "grafana" or "prometheus-adapter");
        Assert.Null(stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "grafana"));
        Assert.NotNull(stage.Cluster.Find("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s"));

        var typo = await stage.InstallAsync("-ExcludeComponent graphana");
        Assert.Equal([ErrorId.ParameterInvalid], typo.ErrorIds);
        Assert.Contains("grafana", Assert.Single(typo.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_later_installation_leaves_out_stays_and_is_said()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var smaller = await stage.InstalledAsync("-ExcludeComponent grafana");
        Assert.All(smaller.Resources.Where(resource => resource.Component == "grafana"), resource => Assert.Equal(ResourceAction.Skipped, resource.Action));
        Assert.NotNull(stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "grafana"));
    }

    [Fact]
    public async Task Every_image_comes_from_the_registry_that_is_given()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-ImageRegistry registry.example.com:5000/mirror");
        var images = stage.Cluster.List("apps/v1", "Deployment").Concat(stage.Cluster.List("apps/v1", "DaemonSet"))
            .SelectMany(workload => workload["spec"]!["template"]!["spec"]!["containers"]!.AsArray())
            .Select(container => (string)container!["image"]!)
            .Append((string)stage.Cluster.Find("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s")!["spec"]!["image"]!);
        Assert.All(images, image => Assert.StartsWith("registry.example.com:5000/mirror/", image, StringComparison.Ordinal));
        var arguments = stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "prometheus-operator")!["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray();
        Assert.Contains(arguments, argument => ((string)argument!).StartsWith("--prometheus-config-reloader=registry.example.com:5000/mirror/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_API_service_of_metrics_server_is_left_alone_in_both_directions()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Put(MetricsServer());
        var installed = await stage.InstallAsync();
        Assert.Empty(installed.Errors);
        Assert.Contains("Service/kube-system/metrics-server", Assert.Single(installed.Warnings), StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(installed.OutputOf<KubePrometheusStack>()).Skipped);

        stage.Cluster.Requests.Clear();
        Assert.Single((await stage.InstallAsync()).Warnings);
        Assert.Empty(stage.Cluster.Requests.Writes);

        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Equal("metrics-server", (string)stage.Cluster.Find("apiregistration.k8s.io/v1", "APIService", null, "v1beta1.metrics.k8s.io")!["spec"]!["service"]!["name"]!);
    }

    [Fact]
    public async Task An_installation_keeps_what_Grant_has_added_to_the_role()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var rule = JsonNode.Parse("""{"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]}""")!;
        var role = stage.Cluster.Find("rbac.authorization.k8s.io/v1", "ClusterRole", null, "prometheus-k8s")!;
        var count = role["rules"]!.AsArray().Count;
        role["rules"]!.AsArray().Add(rule.DeepClone());
        role["metadata"]!["annotations"] = new JsonObject { ["milvus-monitoring/granted-rules"] = new JsonArray(rule.DeepClone()).ToJsonString() };
        stage.Cluster.Put(role, "milvus-monitoring");

        var again = await stage.InstalledAsync();
        Assert.Equal(again.Resources.Count, again.Unchanged);
        var changed = stage.CopyManifests("changed", folder =>
        {
            var file = Path.Combine(folder, "prometheus-clusterRole.yaml");
            File.WriteAllText(file, File.ReadAllText(file).Replace("/metrics\n", "/metrics/new\n", StringComparison.Ordinal));
        });
        Assert.Equal(1, (await stage.InstalledAsync(path: changed)).Configured);
        var rules = stage.Cluster.Find("rbac.authorization.k8s.io/v1", "ClusterRole", null, "prometheus-k8s")!["rules"]!.AsArray();
        Assert.Equal(count + 1, rules.Count);
        Assert.True(JsonNode.DeepEquals(rule, rules[^1]));
    }

    [Fact]
    public async Task Nothing_is_applied_when_a_manifest_is_bad()
    {
        await using var stage = await Stage.StartAsync();
        var bad = stage.CopyManifests("bad", folder => File.WriteAllText(Path.Combine(folder, "zz-last.yaml"), "kind: ConfigMap\nmetadata: [\n"));
        var result = await stage.InstallAsync(path: bad);
        Assert.Equal([ErrorId.ManifestInvalid], result.ErrorIds);
        Assert.Contains("zz-last.yaml", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task Tab_offers_components_and_releases_and_contexts()
    {
        await using var stage = await Stage.StartAsync();
        Assert.Contains("grafana", stage.Session.Complete("Install-KubePrometheus -ExcludeComponent gr").Select(completion => completion.CompletionText));
        Assert.Contains("v0.18.0", stage.Session.Complete("Install-KubePrometheus -Version v0.1").Select(completion => completion.CompletionText));
        Assert.Equal(["embedded"], stage.Session.Complete($"Install-KubePrometheus -Kubeconfig '{stage.Kubeconfig}' -Context e").Select(completion => completion.CompletionText));
    }

    private static JsonObject MetricsServer() => JsonNode.Parse("""
        {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1beta1.metrics.k8s.io"},
         "spec":{"group":"metrics.k8s.io","version":"v1beta1","groupPriorityMinimum":100,"versionPriority":100,"insecureSkipTLSVerify":true,
                 "service":{"name":"metrics-server","namespace":"kube-system"}}}
        """)!.AsObject();
}
