using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>
/// What a user sees of a stack who, as with the ClusterRole <c>view</c>, may read no secrets, no roles and no custom resources.
/// </summary>
public sealed class ReadOnlyUserTests
{
    private const string Unknown = "cannot be read, so that its drift is unknown";

    [Fact]
    public async Task Get_shows_what_may_be_read_and_names_all_missing_permissions_in_one_warning()
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        var count = (await stage.InstalledAsync("-Wait -Timeout 60")).Resources.Count;
        stage.Cluster.Remove("v1", "Service", "monitoring", "grafana");

        var result = (await stage.RunAsync("Get-KubePrometheus -Kubeconfig $c", Viewer(stage))).EnsureNoError();

        var stack = Assert.Single(result.OutputOf<KubePrometheusStack>());
        Assert.Equal(count, stack.Resources.Count);
        Assert.Equal("Service/monitoring/grafana", Assert.Single(stack.Resources, resource => resource.Drift is not null).ToString());
        Assert.Equal((null, null, Unknown), State(stack, "Secret/monitoring/alertmanager-main"));
        Assert.Equal((null, null, Unknown), State(stack, "Prometheus/monitoring/k8s"));
        Assert.Equal((null, true, null), State(stack, "Deployment/monitoring/grafana"));
        var warning = Assert.Single(result.Warnings);
        Assert.StartsWith("Some objects of kube-prometheus could not be read: user \"viewer\" lacks ", warning, StringComparison.Ordinal);
        Assert.Matches("[ ,]secrets[ ,].* in namespace monitoring", warning);
        Assert.Matches("[ ,]clusterroles.rbac.authorization.k8s.io[ ,].*in the whole cluster", warning);
        Assert.Contains(
            "{apiGroups: [\"rbac.authorization.k8s.io\"], resources: [\"clusterrolebindings\", \"clusterroles\", \"rolebindings\", "
                + "\"roles\"], verbs: [\"get\", \"list\"]}",
            warning,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_shows_what_may_be_read_of_a_stack_of_others_too()
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        await stage.InstalledAsync();
        stage.Cluster.Remove("v1", "ConfigMap", "monitoring", "milvus-monitoring-kube-prometheus");

        var result = (await stage.RunAsync("Get-KubePrometheus -Kubeconfig $c", Viewer(stage))).EnsureNoError();

        var kinds = Assert.Single(result.OutputOf<KubePrometheusStack>()).Resources.Select(resource => resource.Kind).ToHashSet();
        Assert.Contains("Deployment", kinds);
        Assert.DoesNotContain("ClusterRole", kinds);
        Assert.Contains("clusterroles.rbac.authorization.k8s.io", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_fails_with_one_error_that_names_all_missing_permissions()
    {
        await using var stage = await Stage.StartAsync(new ClusterOptions { Rbac = true });
        var viewer = Viewer(stage);
        AssertOneError(await stage.InstallAsync("-WhatIf", kubeconfig: viewer));
        await stage.InstalledAsync();
        stage.Cluster.Requests.Clear();
        AssertOneError(await stage.InstallAsync(kubeconfig: viewer));
        Assert.Empty(stage.Cluster.Requests.Writes);

        static void AssertOneError(PowerShellResult result)
        {
            var error = result.OnlyError(ErrorId.PermissionDenied);
            Assert.All(
                [
                    "secrets",
                    "clusterroles.rbac.authorization.k8s.io",
                    "customresourcedefinitions.apiextensions.k8s.io",
                    "prometheuses.monitoring.coreos.com",
                ],
                name => Assert.Contains(name, error, StringComparison.Ordinal));
        }
    }

    private static (string? Drift, bool? Ready, string? Message) State(KubePrometheusStack stack, string name)
    {
        var resource = Assert.Single(stack.Resources, resource => resource.ToString() == name);
        return (resource.Drift, resource.Ready, resource.Message);
    }

    private static string Viewer(Stage stage)
    {
        stage.Put("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"viewer"},"rules":[
              {"apiGroups":[""],"resources":["configmaps","services","serviceaccounts","namespaces","pods","endpoints"],"verbs":["get","list","watch"]},
              {"apiGroups":["apps","policy","networking.k8s.io"],"resources":["*"],"verbs":["get","list","watch"]}]}
            """);
        stage.Put("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"viewer"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"viewer"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"viewer"}]}
            """);
        return stage.WriteKubeconfig("viewer");
    }
}
