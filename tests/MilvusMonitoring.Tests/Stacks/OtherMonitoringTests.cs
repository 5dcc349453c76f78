using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Stacks;

/// <summary><c>Install-KubePrometheus</c> where another monitoring is.</summary>
public sealed class OtherMonitoringTests
{
    [Theory]
    [InlineData("", "Deployment/kps/kps-operator (kps, KubePrometheusStack by Helm)")]
    [InlineData("\"--namespaces=monitoring,kps\"", "Deployment/kps/kps-operator")]
    [InlineData("\"--deny-namespaces=kube-system\"", "Deployment/kps/kps-operator")]
    [InlineData("\"--namespaces=kps\",\"--prometheus-instance-namespaces=monitoring\"", "Deployment/kps/kps-operator")]
    public async Task An_operator_of_the_same_namespace_stops_it_before_a_write_unless_it_is_allowed(string arguments, string said)
    {
        await using var stage = await Stage.StartAsync();
        await ForeignStack.PutOperatorAsync(stage, arguments, "kubectl");

        await AssertStoppedAsync(stage, said);

        var allowed = await stage.InstallAsync("-AllowOtherOperator");
        Assert.Contains(allowed.EnsureNoError().Warnings, warning => warning.Contains(said, StringComparison.Ordinal));
        Assert.Contains(
            (await stage.InstallAsync()).EnsureNoError().Warnings,
            warning => warning.Contains("Another monitoring", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"--namespaces=kps\"")]
    [InlineData("\"--deny-namespaces=monitoring\"")]
    [InlineData("\"--prometheus-instance-namespaces=kps\"")]
    [InlineData("\"--controller-id=kps/operator\"")]
    public async Task Beside_an_operator_of_other_namespaces_it_goes_on(string arguments)
    {
        await using var stage = await Stage.StartAsync();
        await ForeignStack.PutOperatorAsync(stage, arguments, "kubectl-client-side-apply");

        var result = (await stage.InstallAsync("-ForceConflicts")).EnsureNoError();

        Assert.DoesNotContain(result.Warnings, warning => warning.Contains("nother", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_only_looks_like_an_operator_and_may_read_no_Prometheus_does_not_stop_it()
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        await ForeignStack.PutOperatorAsync(stage, crdManager: "kubectl-client-side-apply");

        (await stage.InstallAsync("-ForceConflicts")).EnsureNoError();
    }

    [Theory]
    [InlineData("helm")]
    [InlineData("operator")]
    [InlineData("argocd-controller")]
    public async Task CRDs_of_another_tool_stop_it(string manager)
    {
        await using var stage = await Stage.StartAsync();
        await ForeignStack.DefineAsync(stage, manager);

        await AssertStoppedAsync(stage, $"belong to the field manager '{manager}'");
    }

    [Theory]
    [InlineData("kubectl")]
    [InlineData("a-script")]
    public async Task CRDs_that_a_person_has_applied_are_taken_over(string manager)
    {
        await using var stage = await Stage.StartAsync();
        await ForeignStack.DefineAsync(stage, manager);

        await stage.InstalledAsync();
    }

    [Fact]
    public async Task OpenShift_stops_it_and_its_role_is_never_patched()
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        await ForeignStack.PutAsync(stage, "openshift", "operator");
        var role = Role();

        await AssertStoppedAsync(stage, "ClusterRole/prometheus-k8s");
        Assert.Contains("cluster-monitoring-operator", await AssertStoppedAsync(stage, "to cluster-monitoring-operator"), StringComparison.Ordinal);
        var refused = (await stage.RunAsync(
            "Grant-PrometheusMilvusAccess -Kubeconfig $c -PrometheusNamespace openshift-monitoring -Method ClusterRole"))
            .OnlyError(ErrorId.RoleManaged);
        Assert.Contains("-Method Binding", refused, StringComparison.Ordinal);
        var granted = await stage.RunAsync("Grant-PrometheusMilvusAccess -Kubeconfig $c -PrometheusNamespace openshift-monitoring");

        Assert.Equal(
            (AccessMethod.Binding, ResourceAction.Created),
            granted.EnsureNoError().OutputOf<PrometheusAccess>().Select(access => (access.Method, access.Action)).Single());
        Assert.Equal(role, Role());

        string Role() => stage.Cluster.Find("rbac.authorization.k8s.io/v1", "ClusterRole", null, "prometheus-k8s")!.ToJsonString();
    }

    [Fact]
    public async Task Who_may_not_list_Deployments_is_told_that_nobody_looked()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add(
            "GET",
            "/apis/apps/v1/deployments",
            Fault.Answer(System.Net.HttpStatusCode.Forbidden, "Forbidden", "deployments is forbidden"),
            times: null);

        var result = (await stage.InstallAsync()).EnsureNoError();

        Assert.Contains(result.Warnings, warning => warning.Contains("was not searched for another Prometheus operator", StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_a_bare_cluster_the_look_is_one_request()
    {
        await using var stage = await Stage.StartAsync();

        await stage.RunAsync("Install-KubePrometheus -Kubeconfig $c -Path '" + Stage.Manifests + "' -WhatIf");

        Assert.Single(stage.Cluster.Requests.All, request => request.Path.StartsWith("/apis/apps/v1/deployments?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatIf_foretells_the_conflicts_that_a_run_would_have()
    {
        await using var stage = await Stage.StartAsync();
        ForeignStack.PutNamespace(stage, "monitoring");
        stage.Put(
            """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"grafana","namespace":"monitoring","labels":{"app.kubernetes.io/name":"grafana"} },
             "spec":{"ports":[{"name":"http","port":3000,"targetPort":"other"}],"selector":{"app":"mine"} } }
            """,
            "kubectl-edit");

        var planned = (await stage.InstallAsync("-WhatIf")).EnsureNoError();
        var run = await stage.InstallAsync();

        var foretold = planned.OutputOf<KubePrometheusStack>().Single().Resources.Where(resource => resource.Message is not null).ToList();
        var failed = run.OutputOf<KubePrometheusStack>().Single().Resources.Where(resource => resource.ErrorId == ErrorId.FieldConflict);
        Assert.Equal(failed.Select(resource => $"{resource}"), foretold.Select(resource => $"{resource}"));
        Assert.Contains("'kubectl-edit' owns", foretold.Single().Message, StringComparison.Ordinal);
        Assert.Contains(planned.Warnings, warning => warning.StartsWith("1 of ", StringComparison.Ordinal));
    }

    private static async Task<string> AssertStoppedAsync(Stage stage, string said)
    {
        stage.ForgetWrites();
        var error = (await stage.InstallAsync()).OnlyError(ErrorId.OtherMonitoring);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.Contains("Enable-MilvusServiceMonitor", error, StringComparison.Ordinal);
        Assert.DoesNotContain("ForceConflicts", error, StringComparison.Ordinal);
        Assert.Empty(stage.Writes);
        return error;
    }
}
