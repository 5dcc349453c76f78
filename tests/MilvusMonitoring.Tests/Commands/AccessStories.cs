using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Commands;

/// <summary><c>Grant-PrometheusMilvusAccess</c> and its counterpart on any cluster.</summary>
public abstract class AccessStories : ClusterStories
{
    private protected const string Rbac = "rbac.authorization.k8s.io/v1";
    private const string OwnName = "milvus-monitoring-prometheus-monitoring.prometheus-k8s";

    [Fact]
    public async Task Three_runs_are_Configured_and_twice_Unchanged_without_a_write()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var before = (await RulesAsync(stage)).DeepClone();

        var first = await GrantedAsync(stage);
        Assert.Equal(
            (ResourceAction.Configured, "monitoring", "prometheus-k8s", "cluster", stage.Context),
            (first.Action, first.Namespace, first.ServiceAccount, first.Scope, first.Context));
        Assert.Equal("get, list, watch on pods, services, endpoints, endpointslices.discovery.k8s.io", first.Rules);
        Assert.Equal(before.AsArray().Count + 2, (await RulesAsync(stage)).Count);

        stage.ForgetWrites();
        Assert.Equal(ResourceAction.Unchanged, (await GrantedAsync(stage)).Action);
        Assert.Equal(ResourceAction.Unchanged, (await GrantedAsync(stage)).Action);
        Assert.Empty(stage.Writes);

        Assert.Equal(
            first.Rules,
            Assert.Single((await RunAsync(stage, "Revoke-PrometheusMilvusAccess")).EnsureNoError().OutputOf<PrometheusAccess>()).Rules);
        Assert.True(JsonNode.DeepEquals(before, await RulesAsync(stage)));
        Assert.Equal(0, (await stage.GetAsync()).Single().Drifted);
    }

    [Fact]
    public async Task An_installation_after_Grant_keeps_it_and_writes_nothing()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        await GrantedAsync(stage);
        var granted = (await RulesAsync(stage)).DeepClone();

        stage.ForgetWrites();
        Assert.Equal(0, (await stage.InstalledAsync()).Configured);
        await stage.InstalledAsync();
        Assert.Empty(stage.Writes);

        var changed = stage.CopyManifests("changed", folder =>
        {
            var file = Path.Combine(folder, "prometheus-clusterRole.yaml");
            File.WriteAllText(file, File.ReadAllText(file).Replace("/metrics/slis", "/metrics/other", StringComparison.Ordinal));
        });
        Assert.Equal(1, (await stage.InstalledAsync(path: changed)).Configured);
        Assert.Equal(granted.AsArray().Count, (await RulesAsync(stage)).Count);
        Assert.Equal(ResourceAction.Unchanged, (await GrantedAsync(stage)).Action);
    }

    [Fact]
    public async Task Rules_that_others_have_overwritten_are_drift_and_Grant_restores_them()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var original = (await RulesAsync(stage)).DeepClone();
        await GrantedAsync(stage);
        var granted = (await RulesAsync(stage)).DeepClone();
        Assert.Equal(0, (await stage.GetAsync()).Single().Drifted);

        var role = await RoleAsync(stage);
        role["rules"] = original;
        await stage.Objects.PutAsync(role, "kubectl-client-side-apply");
        Assert.Equal(
            "changed by kubectl-client-side-apply",
            (await stage.GetAsync()).Single().Resources.Single(resource => resource.Drift is not null).Drift);

        Assert.Equal(ResourceAction.Configured, (await GrantedAsync(stage)).Action);
        Assert.True(JsonNode.DeepEquals(granted, await RulesAsync(stage)));
    }

    [Fact]
    public async Task What_others_write_into_the_annotation_of_a_role_is_never_granted()
    {
        const string Annotation = """
            [{"apiGroups":["*"],"resources":["*"],"verbs":["*"]},{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]},
             {"nonResourceURLs":["/*"],"verbs":["*"]}]
            """;
        await using var stage = await StartAsync(StartingPoint.Stack);
        var rules = (await RulesAsync(stage)).DeepClone();
        var role = await RoleAsync(stage);
        role["metadata"]!["annotations"] = new JsonObject { ["milvus-monitoring/granted-rules"] = Annotation };
        role["rules"]!.AsArray().RemoveAt(0);
        await stage.Objects.PutAsync(role, "tenant");

        var installed = await stage.InstallAsync("-ForceConflicts");

        Assert.True(JsonNode.DeepEquals(rules, await RulesAsync(stage)), $"{await RulesAsync(stage)}");
        Assert.Contains(
            installed.EnsureNoError().Warnings,
            warning => warning.Contains("ClusterRole/prometheus-k8s", StringComparison.Ordinal)
                && warning.Contains("These rules were not added", StringComparison.Ordinal));
        await GrantedAsync(stage);
        Assert.Equal(rules.AsArray().Count + 2, (await RulesAsync(stage)).Count);
        (await RunAsync(stage, "Revoke-PrometheusMilvusAccess")).EnsureNoError();
        Assert.True(JsonNode.DeepEquals(rules, await RulesAsync(stage)), $"{await RulesAsync(stage)}");
    }

    [Fact]
    public async Task WhatIf_and_No_write_nothing()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        stage.ForgetWrites();

        foreach (var how in (string[])["", "-Method Binding", "-Namespace kube-node-lease"])
        {
            var plan = await RunAsync(stage, $"Grant-PrometheusMilvusAccess {how} -WhatIf");
            var planned = Assert.Single(plan.EnsureNoError().OutputOf<PrometheusAccess>());
            Assert.Equal((true, how.Length == 0 ? ResourceAction.ToConfigure : ResourceAction.ToCreate), (planned.IsPlan, planned.Action));
            Assert.Single(plan.HostLines);
        }

        stage.Session.Host.Answer("No");
        Assert.Empty((await RunAsync(stage, "Grant-PrometheusMilvusAccess -Confirm")).EnsureNoError().Output);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task A_binding_of_its_own_leaves_the_role_alone_and_goes_again()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var before = await RoleAsync(stage);

        Assert.Equal(ResourceAction.Created, (await GrantedAsync(stage, "-Method Binding")).Action);
        stage.ForgetWrites();
        Assert.Equal(ResourceAction.Unchanged, (await GrantedAsync(stage, "-Method Binding")).Action);
        Assert.Empty(stage.Writes);
        Assert.True(JsonNode.DeepEquals(before, await RoleAsync(stage)));
        Assert.Equal(2, (await stage.Objects.FindAsync(Rbac, "ClusterRole", null, OwnName))!["rules"]!.AsArray().Count);
        var subject = (await stage.Objects.FindAsync(Rbac, "ClusterRoleBinding", null, OwnName))!["subjects"]![0]!;
        Assert.Equal(("monitoring", "prometheus-k8s"), ((string)subject["namespace"]!, (string)subject["name"]!));

        var edited = (await stage.Objects.FindAsync(Rbac, "ClusterRole", null, OwnName))!;
        edited["rules"] = new JsonArray();
        await stage.Objects.PutAsync(edited, "somebody");
        Assert.Equal(ResourceAction.Configured, (await GrantedAsync(stage, "-Method Binding")).Action);

        await stage.Objects.RemoveAsync("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s");
        Assert.Equal(
            ResourceAction.Deleted,
            Assert
                .Single(
                    (await RunAsync(stage, "Revoke-PrometheusMilvusAccess -Method Binding")).EnsureNoError().OutputOf<PrometheusAccess>())
                .Action);
        Assert.Null(await stage.Objects.FindAsync(Rbac, "ClusterRole", null, OwnName));
        Assert.Null(await stage.Objects.FindAsync(Rbac, "ClusterRoleBinding", null, OwnName));
    }

    [Fact]
    public async Task Namespaces_come_from_the_parameter_or_the_pipeline_but_never_from_a_stack()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        var result = await stage.Session.InvokeAsync(
            """
            param($kubeconfig, $path)
            $stack = Install-KubePrometheus -Kubeconfig $kubeconfig -Path $path
            $stack | Grant-PrometheusMilvusAccess -Namespace kube-node-lease, nowhere
            [pscustomobject]@{ Namespace = 'kube-public'; Kubeconfig = $kubeconfig } | Grant-PrometheusMilvusAccess
            $stack | Grant-PrometheusMilvusAccess
            """,
            new { kubeconfig = stage.Kubeconfig, path = stage.Release });

        Assert.Equal(["kube-node-lease", "kube-public", "cluster"], result.OutputOf<PrometheusAccess>().Select(access => access.Scope));
        Assert.All(result.OutputOf<PrometheusAccess>(), access => Assert.Equal("monitoring", access.Namespace));
        Assert.Equal([ErrorId.ObjectNotFound], result.ErrorIds);
        Assert.Equal("Namespace/nowhere", Assert.Single(result.Errors).TargetObject);
        Assert.Equal(
            ["kube-node-lease", "kube-public"],
            (await stage.Objects.ListAsync(Rbac, "RoleBinding"))
                .Where(binding => (string)binding["metadata"]!["name"]! == OwnName)
                .Select(binding => (string)binding["metadata"]!["namespace"]!));
        Assert.Null(await stage.Objects.FindAsync(Rbac, "ClusterRole", null, OwnName));
    }

    [Fact]
    public async Task A_namespace_that_Prometheus_may_read_already_gets_no_role()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        await GrantedAsync(stage);
        stage.ForgetWrites();

        var access = await GrantedAsync(stage, "-Namespace kube-public");

        Assert.Equal((ResourceAction.Unchanged, "ClusterRole/prometheus-k8s", "kube-public"), (access.Action, access.Role, access.Scope));
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task What_has_to_come_first_and_what_cannot_be_is_said()
    {
        await using var stage = await StartAsync(StartingPoint.NoStack);
        await AssertRefusedAsync("", ErrorId.StackNotFound, "Install-KubePrometheus");
        await stage.InstalledAsync();
        await AssertRefusedAsync("-ClusterRole prometheus", ErrorId.ObjectNotFound, "-ClusterRole");
        await AssertRefusedAsync("-PrometheusName k8", ErrorId.ObjectNotFound, "'k8s'");
        await AssertRefusedAsync("-Method ClusterRole -Namespace default", ErrorId.ParameterInvalid, "-Method");
        await AssertRefusedAsync("-Method Binding -ClusterRole other", ErrorId.ParameterInvalid, "-ClusterRole");
        await AssertRefusedAsync("-InputObject 5", ErrorId.ParameterInvalid, "Int32");

        var role = await RoleAsync(stage);
        role["aggregationRule"] = new JsonObject
        {
            ["clusterRoleSelectors"] = new JsonArray(JsonNode.Parse("""{"matchLabels":{"aggregate-to":"nothing"} }""")),
        };
        await stage.Objects.PutAsync(role);
        await AssertRefusedAsync("", ErrorId.RoleAggregated, "-Method Binding");

        var other = (await stage.Objects.FindAsync("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s"))!;
        other["metadata"] = new JsonObject { ["name"] = "other", ["namespace"] = "default" };
        other["spec"]!.AsObject().Remove("serviceAccountName");
        await stage.Objects.PutAsync(other);
        await AssertRefusedAsync("-Method Binding", ErrorId.ParameterInvalid, "Prometheus/default/other");
        Assert.Equal("default", (await GrantedAsync(stage, "-Method Binding -PrometheusNamespace default")).ServiceAccount);

        async Task AssertRefusedAsync(string more, string errorId, string said)
        {
            stage.ForgetWrites();
            var result = await RunAsync(stage, $"Grant-PrometheusMilvusAccess {more}");
            Assert.Equal([errorId], result.ErrorIds);
            Assert.Contains(said, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
            Assert.Empty(stage.Writes);
        }
    }

    [Fact]
    public async Task Who_would_grant_more_than_he_holds_gets_one_error_and_nothing_is_written()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var limited = await LimitedAsync(stage, """{"apiGroups":[""],"resources":["pods","services"],"verbs":["get","list","watch"]}""");
        stage.ForgetWrites();

        foreach (var how in (string[])["", "-Method Binding", "-Namespace kube-node-lease"])
        {
            var result = await RunAsync(stage, $"Grant-PrometheusMilvusAccess {how}", limited);

            var error = Assert.Single(result.Errors).ToString();
            Assert.Equal([ErrorId.PermissionDenied], result.ErrorIds);
            Assert.Contains("get, list, watch on endpoints, endpointslices.discovery.k8s.io", error, StringComparison.Ordinal);
            Assert.Contains("escalate", error, StringComparison.Ordinal);
            Assert.DoesNotContain("pods", error, StringComparison.Ordinal);
            Assert.Empty(stage.Writes);
        }
    }

    [Fact]
    public async Task Who_may_escalate_or_holds_exactly_what_is_needed_may_grant_it()
    {
        await using var stage = await StartAsync(StartingPoint.Stack);
        var escalating = await LimitedAsync(
            stage,
            """{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"verbs":["escalate"]}""",
            "escalating");
        var holding = await LimitedAsync(
            stage,
            """
            {"apiGroups":[""],"resources":["pods","services","endpoints"],"verbs":["get","list","watch"]},
            {"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["get","list","watch"]}
            """,
            "holding");

        (await RunAsync(stage, "Grant-PrometheusMilvusAccess", escalating)).EnsureNoError();
        (await RunAsync(stage, "Grant-PrometheusMilvusAccess -Namespace kube-node-lease", holding)).EnsureNoError();
    }

    /// <summary>A kubeconfig of a user who may write roles and bindings, but holds nothing else than the given rules.</summary>
    private static async Task<string> LimitedAsync(ClusterStage stage, string held, string user = "limited")
    {
        var rules = $$"""
            [{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles","clusterrolebindings","roles","rolebindings"],"verbs":["get","list","create","patch"]},
             {"apiGroups":["monitoring.coreos.com"],"resources":["prometheuses"],"verbs":["list"]},{{held}}]
            """;
        await stage.Objects.PutAsync(
            new JsonObject
            {
                ["apiVersion"] = Rbac,
                ["kind"] = "ClusterRole",
                ["metadata"] = new JsonObject { ["name"] = user },
                ["rules"] = JsonNode.Parse(rules),
            });
        await stage.Objects.PutAsync(
            JsonNode
                .Parse(
                    $$"""
                    {"apiVersion":"{{Rbac}}","kind":"ClusterRoleBinding","metadata":{"name":"{{user}}"},
                     "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{user}}"},
                     "subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"{{user}}"}]}
                    """
                )!
                .AsObject());
        return stage.WriteKubeconfig(user);
    }

    private static async Task<JsonObject> RoleAsync(ClusterStage stage) =>
        (await stage.Objects.FindAsync(Rbac, "ClusterRole", null, "prometheus-k8s"))!;

    private static async Task<JsonArray> RulesAsync(ClusterStage stage) => (await RoleAsync(stage))["rules"]!.AsArray();

    private protected static async Task<PrometheusAccess> GrantedAsync(ClusterStage stage, string more = "") =>
        Assert.Single((await RunAsync(stage, $"Grant-PrometheusMilvusAccess {more}")).EnsureNoError().OutputOf<PrometheusAccess>());

    private protected static Task<PowerShellResult> RunAsync(ClusterStage stage, string command, string? kubeconfig = null) =>
        stage.Session.InvokeAsync(
            $"param($kubeconfig) {command} -Kubeconfig $kubeconfig",
            new { kubeconfig = kubeconfig ?? stage.Kubeconfig });
}
