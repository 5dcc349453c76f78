using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

public sealed class GrantPrometheusMilvusAccessTests
{
    private const string Rbac = "rbac.authorization.k8s.io/v1";
    private const string OwnName = "milvus-monitoring-prometheus-monitoring-prometheus-k8s";

    [Fact]
    public async Task Three_runs_are_Configured_and_twice_Unchanged_without_a_write()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var before = Rules(stage).DeepClone();

        var first = await GrantedAsync(stage);
        Assert.Equal((ResourceAction.Configured, "monitoring", "prometheus-k8s", "cluster", "embedded"), (first.Action, first.Namespace, first.ServiceAccount, first.Scope, first.Context));
        Assert.Equal("get, list, watch on pods, services, endpoints, endpointslices.discovery.k8s.io", first.Rules);
        Assert.Equal(before.AsArray().Count + 2, Rules(stage).Count);

        stage.Cluster.Requests.Clear();
        Assert.Equal(ResourceAction.Unchanged, (await GrantedAsync(stage)).Action);
        Assert.Equal(ResourceAction.Unchanged, (await GrantedAsync(stage)).Action);
        Assert.Empty(stage.Cluster.Requests.Writes);

        Assert.Equal(first.Rules, Assert.Single((await RunAsync(stage, "Revoke-PrometheusMilvusAccess")).EnsureNoError().OutputOf<PrometheusAccess>()).Rules);
        Assert.True(JsonNode.DeepEquals(before, Rules(stage)));
    }

    [Fact]
    public async Task An_installation_after_Grant_keeps_it_and_writes_nothing()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        await GrantedAsync(stage);
        var granted = Rules(stage).DeepClone();

        stage.Cluster.Requests.Clear();
        Assert.Equal(0, (await stage.InstalledAsync()).Configured);
        await stage.InstalledAsync();
        Assert.Empty(stage.Cluster.Requests.Writes);

        var changed = stage.CopyManifests("changed", folder =>
        {
            var file = Path.Combine(folder, "prometheus-clusterRole.yaml");
            File.WriteAllText(file, File.ReadAllText(file).Replace("/metrics/slis", "/metrics/other", StringComparison.Ordinal));
        });
        Assert.Equal(1, (await stage.InstalledAsync(path: changed)).Configured);
        Assert.Equal(granted.AsArray().Count, Rules(stage).Count);
        Assert.Equal(ResourceAction.Unchanged, (await GrantedAsync(stage)).Action);
    }

    [Fact]
    public async Task Rules_that_others_have_overwritten_are_drift_and_Grant_restores_them()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var original = Rules(stage).DeepClone();
        await GrantedAsync(stage);
        var granted = Rules(stage).DeepClone();
        Assert.Equal(0, (await stage.GetAsync()).Single().Drifted);

        var role = Role(stage);
        role["rules"] = original;
        stage.Cluster.Put(role, "kubectl-client-side-apply");
        Assert.Equal("changed by kubectl-client-side-apply", (await stage.GetAsync()).Single().Resources.Single(resource => resource.Drift is not null).Drift);

        Assert.Equal(ResourceAction.Configured, (await GrantedAsync(stage)).Action);
        Assert.True(JsonNode.DeepEquals(granted, Rules(stage)));
    }

    [Fact]
    public async Task A_writer_in_between_costs_one_more_look_and_nothing_of_what_it_wrote()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var slow = stage.Cluster.Faults.Add("PATCH", "clusterroles/prometheus-k8s", Fault.DelayBy(TimeSpan.FromSeconds(3)));
        var grant = RunAsync(stage, "Grant-PrometheusMilvusAccess");
        while (slow.Taken == 0 && !grant.IsCompleted)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        var role = Role(stage);
        role["rules"]!.AsArray().Insert(0, JsonNode.Parse("""{"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]}"""));
        stage.Cluster.Put(role, "somebody");

        Assert.Equal(ResourceAction.Configured, Assert.Single((await grant).EnsureNoError().OutputOf<PrometheusAccess>()).Action);
        Assert.Equal([422, 200], stage.Cluster.Requests.Writes.Where(request => request.Path.Contains("clusterroles/prometheus-k8s?fieldManager=milvus-monitoring", StringComparison.Ordinal) && !request.Path.Contains("force", StringComparison.Ordinal)).Select(request => request.Status));
        Assert.Equal(1, Rules(stage).Count(rule => rule!["resources"] is JsonArray resources && resources.Any(resource => (string)resource! == "pods")));
    }

    [Fact]
    public async Task An_answer_that_is_lost_on_its_way_adds_nothing_twice()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var before = Rules(stage).Count;
        var lost = stage.Cluster.Faults.Add("PATCH", "clusterroles/prometheus-k8s", Fault.ResetAfter);

        await GrantedAsync(stage);

        Assert.Equal((1, before + 2), (lost.Taken, Rules(stage).Count));
    }

    [Fact]
    public async Task A_patch_that_is_refused_for_itself_is_an_error_and_is_not_tried_again()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var fault = stage.Cluster.Faults.Add("PATCH", "clusterroles/prometheus-k8s", Fault.Answer(HttpStatusCode.UnprocessableEntity, "Invalid", "no such rule"), times: null);

        Assert.Equal([ErrorId.ObjectInvalid], (await RunAsync(stage, "Grant-PrometheusMilvusAccess")).ErrorIds);
        Assert.Equal(1, fault.Taken);
    }

    [Fact]
    public async Task WhatIf_and_No_write_nothing()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Requests.Clear();

        foreach (var how in (string[])["", "-Method Binding", "-Namespace default"])
        {
            var plan = await RunAsync(stage, $"Grant-PrometheusMilvusAccess {how} -WhatIf");
            Assert.True(Assert.Single(plan.EnsureNoError().OutputOf<PrometheusAccess>()).IsPlan);
            Assert.Single(plan.HostLines);
        }

        stage.Session.Host.Answer("No");
        Assert.Empty((await RunAsync(stage, "Grant-PrometheusMilvusAccess -Confirm")).EnsureNoError().Output);
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task A_binding_of_its_own_leaves_the_role_alone_and_goes_again()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var before = Role(stage);

        Assert.Equal(ResourceAction.Created, (await GrantedAsync(stage, "-Method Binding")).Action);
        stage.Cluster.Requests.Clear();
        Assert.Equal(ResourceAction.Unchanged, (await GrantedAsync(stage, "-Method Binding")).Action);
        Assert.Empty(stage.Cluster.Requests.Writes);
        Assert.True(JsonNode.DeepEquals(before, Role(stage)));
        Assert.Equal(2, stage.Cluster.Find(Rbac, "ClusterRole", null, OwnName)!["rules"]!.AsArray().Count);
        var subject = stage.Cluster.Find(Rbac, "ClusterRoleBinding", null, OwnName)!["subjects"]![0]!;
        Assert.Equal(("monitoring", "prometheus-k8s"), ((string)subject["namespace"]!, (string)subject["name"]!));

        var edited = stage.Cluster.Find(Rbac, "ClusterRole", null, OwnName)!;
        edited["rules"] = new JsonArray();
        stage.Cluster.Put(edited, "somebody");
        Assert.Equal(ResourceAction.Configured, (await GrantedAsync(stage, "-Method Binding")).Action);

        stage.Cluster.Remove("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s");
        Assert.Equal(ResourceAction.Deleted, Assert.Single((await RunAsync(stage, "Revoke-PrometheusMilvusAccess -Method Binding")).EnsureNoError().OutputOf<PrometheusAccess>()).Action);
        Assert.Null(stage.Cluster.Find(Rbac, "ClusterRole", null, OwnName));
        Assert.Null(stage.Cluster.Find(Rbac, "ClusterRoleBinding", null, OwnName));
    }

    [Fact]
    public async Task Namespaces_come_from_the_parameter_or_the_pipeline_but_never_from_a_stack()
    {
        await using var stage = await Stage.StartAsync();
        var result = await stage.Session.InvokeAsync(
            """
            param($kubeconfig, $path)
            $stack = Install-KubePrometheus -Kubeconfig $kubeconfig -Path $path
            $stack | Grant-PrometheusMilvusAccess
            $stack | Grant-PrometheusMilvusAccess -Namespace default, nowhere
            [pscustomobject]@{ Namespace = 'kube-public'; Kubeconfig = $kubeconfig } | Grant-PrometheusMilvusAccess
            """,
            new { kubeconfig = stage.Kubeconfig, path = Stage.Manifests });

        Assert.Equal(["cluster", "default", "kube-public"], result.OutputOf<PrometheusAccess>().Select(access => access.Scope));
        Assert.All(result.OutputOf<PrometheusAccess>(), access => Assert.Equal("monitoring", access.Namespace));
        Assert.Equal([ErrorId.ObjectNotFound], result.ErrorIds);
        Assert.Equal("Namespace/nowhere", Assert.Single(result.Errors).TargetObject);
        Assert.Equal(["default", "kube-public"], stage.Cluster.List(Rbac, "RoleBinding").Where(binding => (string)binding["metadata"]!["name"]! == OwnName).Select(binding => (string)binding["metadata"]!["namespace"]!));
        Assert.Null(stage.Cluster.Find(Rbac, "ClusterRole", null, OwnName));
    }

    [Fact]
    public async Task Stacks_of_two_clusters_each_lead_to_their_own()
    {
        await using var one = await Stage.StartAsync();
        await using var two = await Stage.StartAsync();
        await one.InstalledAsync();
        await two.InstalledAsync();

        var result = await one.Session.InvokeAsync(
            "param($one, $two) @(Get-KubePrometheus -Kubeconfig $one) + @(Get-KubePrometheus -Kubeconfig $two) | Grant-PrometheusMilvusAccess",
            new { one = one.Kubeconfig, two = two.Kubeconfig });

        Assert.Equal([one.Kubeconfig, two.Kubeconfig], result.EnsureNoError().OutputOf<PrometheusAccess>().Select(access => access.Kubeconfig!));
        Assert.True(JsonNode.DeepEquals(Rules(one), Rules(two)));
    }

    [Fact]
    public async Task What_has_to_come_first_and_what_cannot_be_is_said()
    {
        await using var stage = await Stage.StartAsync();
        await AssertRefusedAsync("", ErrorId.StackNotFound, "Install-KubePrometheus");
        await stage.InstalledAsync();
        await AssertRefusedAsync("-ClusterRole prometheus", ErrorId.ObjectNotFound, "-ClusterRole");
        await AssertRefusedAsync("-PrometheusName k8", ErrorId.ObjectNotFound, "'k8s'");
        await AssertRefusedAsync("-Method ClusterRole -Namespace default", ErrorId.ParameterInvalid, "-Method");
        await AssertRefusedAsync("-Method Binding -ClusterRole other", ErrorId.ParameterInvalid, "-ClusterRole");
        await AssertRefusedAsync("-InputObject 5", ErrorId.ParameterInvalid, "Int32");

        var role = Role(stage);
        role["aggregationRule"] = new JsonObject { ["clusterRoleSelectors"] = new JsonArray() };
        stage.Cluster.Put(role);
        await AssertRefusedAsync("", ErrorId.RoleAggregated, "-Method Binding");

        var other = stage.Cluster.Find("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s")!;
        other["metadata"] = new JsonObject { ["name"] = "other", ["namespace"] = "default" };
        other["spec"]!.AsObject().Remove("serviceAccountName");
        stage.Cluster.Put(other);
        await AssertRefusedAsync("-Method Binding", ErrorId.ParameterInvalid, "Prometheus/default/other");
        Assert.Equal("default", (await GrantedAsync(stage, "-Method Binding -PrometheusNamespace default")).ServiceAccount);

        async Task AssertRefusedAsync(string more, string errorId, string said)
        {
            stage.Cluster.Requests.Clear();
            var result = await RunAsync(stage, $"Grant-PrometheusMilvusAccess {more}");
            Assert.Equal([errorId], result.ErrorIds);
            Assert.Contains(said, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
            Assert.Empty(stage.Cluster.Requests.Writes);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Method Binding")]
    [InlineData("-Namespace default")]
    public async Task Who_would_grant_more_than_he_holds_gets_one_error_and_nothing_is_written(string how)
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        await stage.InstalledAsync();
        var limited = Limited(stage, """{"apiGroups":[""],"resources":["pods","services"],"verbs":["get","list","watch"]}""");
        stage.Cluster.Requests.Clear();

        var result = await RunAsync(stage, $"Grant-PrometheusMilvusAccess {how}", limited);

        var error = Assert.Single(result.Errors).ToString();
        Assert.Equal([ErrorId.PermissionDenied], result.ErrorIds);
        Assert.Contains("get, list, watch on endpoints, endpointslices.discovery.k8s.io", error, StringComparison.Ordinal);
        Assert.Contains("escalate", error, StringComparison.Ordinal);
        Assert.DoesNotContain("pods", error, StringComparison.Ordinal);
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Theory]
    [InlineData("", """{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"verbs":["escalate"]}""")]
    [InlineData("-Namespace default", """{"apiGroups":[""],"resources":["pods","services","endpoints"],"verbs":["get","list","watch"]},{"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["get","list","watch"]}""")]
    public async Task Who_may_escalate_or_holds_exactly_what_is_needed_may_grant_it(string how, string held)
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        await stage.InstalledAsync();
        var limited = Limited(stage, held);

        (await RunAsync(stage, $"Grant-PrometheusMilvusAccess {how}", limited)).EnsureNoError();
    }

    /// <summary>A kubeconfig of a user who may write roles and bindings, but holds nothing else than the given rules.</summary>
    private static string Limited(Stage stage, string held)
    {
        var rules = $$"""
            [{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles","clusterrolebindings","roles","rolebindings"],"verbs":["get","list","create","patch"]},
             {"apiGroups":["monitoring.coreos.com"],"resources":["prometheuses"],"verbs":["list"]},{{held}}]
            """;
        stage.Cluster.Put(new JsonObject { ["apiVersion"] = Rbac, ["kind"] = "ClusterRole", ["metadata"] = new JsonObject { ["name"] = "limited" }, ["rules"] = JsonNode.Parse(rules) });
        stage.Cluster.Put(JsonNode.Parse($$"""
            {"apiVersion":"{{Rbac}}","kind":"ClusterRoleBinding","metadata":{"name":"limited"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"limited"},
             "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"limited"}]}
            """)!.AsObject());
        return stage.WriteKubeconfig("limited");
    }

    private static JsonObject Role(Stage stage) => stage.Cluster.Find(Rbac, "ClusterRole", null, "prometheus-k8s")!;

    private static JsonArray Rules(Stage stage) => Role(stage)["rules"]!.AsArray();

    private static async Task<PrometheusAccess> GrantedAsync(Stage stage, string more = "") =>
        Assert.Single((await RunAsync(stage, $"Grant-PrometheusMilvusAccess {more}")).EnsureNoError().OutputOf<PrometheusAccess>());

    private static Task<PowerShellResult> RunAsync(Stage stage, string command, string? kubeconfig = null) =>
        stage.Session.InvokeAsync($"param($kubeconfig) {command} -Kubeconfig $kubeconfig", new { kubeconfig = kubeconfig ?? stage.Kubeconfig });
}
