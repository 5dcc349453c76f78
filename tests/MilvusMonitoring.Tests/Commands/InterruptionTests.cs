using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>What the campaigns have found: runs that ended early, and what the next run makes of them.</summary>
public sealed class InterruptionTests
{
    [Fact]
    public async Task An_update_of_which_one_object_was_refused_is_finished_by_the_next_run()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var next = stage.CopyManifests("next", folder =>
        {
            var file = Path.Combine(folder, "grafana-service.yaml");
            File.WriteAllText(
                file,
                File.ReadAllText(file).Replace("  labels:\n", "  labels:\n    example.com/next: 'true'\n", StringComparison.Ordinal));
        });
        stage.Cluster.Faults.Add("PATCH", "/services/grafana", Fault.BareStatus(HttpStatusCode.Forbidden));
        Assert.Equal([ErrorId.PermissionDenied], (await stage.InstallAsync(path: next)).ErrorIds);

        Assert.Equal(1, (await stage.InstalledAsync(path: next)).Configured);

        Assert.Equal(
            "true",
            (string?)stage.Cluster.Find("v1", "Service", "monitoring", "grafana")!["metadata"]!["labels"]!["example.com/next"]);
    }

    [Theory]
    [InlineData("GET", "*/kube-system/services?*")]
    [InlineData("DELETE", "/kube-system/services/kubelet")]
    public async Task What_the_operator_leaves_behind_goes_with_the_next_run_when_the_first_came_no_further(string method, string path)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-Wait -Timeout 60");
        await stage.Cluster.WaitForAsync(
            cluster => cluster.Find("v1", "Endpoints", "kube-system", "kubelet") is not null,
            TestContext.Current.CancellationToken);
        stage.Cluster.Faults.Add(method, path, Fault.BareStatus(HttpStatusCode.Forbidden));
        Assert.Equal([ErrorId.PermissionDenied], (await stage.UninstallAsync()).ErrorIds);
        Assert.Null(stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "prometheus-operator"));

        (await stage.UninstallAsync()).EnsureNoError();

        Assert.Null(stage.Cluster.Find("v1", "Service", "kube-system", "kubelet"));
        Assert.Null(stage.Cluster.Find("v1", "Endpoints", "kube-system", "kubelet"));
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    [Fact]
    public async Task A_server_that_fails_on_everything_ends_an_uninstallation_with_one_error()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Faults.Add(
            "DELETE",
            "/rbac.authorization.k8s.io/",
            Fault.BareStatus(HttpStatusCode.InternalServerError),
            times: null);

        var result = await stage.UninstallAsync();

        Assert.Equal([ErrorId.ServerFailed], result.ErrorIds);
        Assert.Contains(Assert.Single(result.OutputOf<KubePrometheusStack>()).Resources, resource =>
            resource.Action == ResourceAction.Skipped);
        stage.Cluster.Faults.Clear();
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    [Theory]
    [InlineData("GET", "/version")]
    [InlineData("DELETE", "/clusterroles/prometheus-k8s")]
    [InlineData("GET", "*fieldSelector=*")]
    public async Task A_web_page_instead_of_an_answer_is_one_error_that_says_so(string method, string path)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Faults.Add(method, path, Fault.WebPage(HttpStatusCode.OK));

        Assert.Equal([ErrorId.ResponseInvalid], (await stage.UninstallAsync()).ErrorIds);

        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    [Theory]
    [InlineData("Grant")]
    [InlineData("Revoke")]
    public async Task A_role_whose_patch_was_done_and_not_answered_is_recorded_as_the_modules_own(string verb)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        if (verb == "Revoke")
        {
            (await stage.RunAsync("Grant-PrometheusMilvusAccess -Kubeconfig $c")).EnsureNoError();
        }

        stage.Cluster.Faults.Add("PATCH", "/clusterroles/prometheus-k8s", Fault.ResetAfter);

        var access = Assert.Single(
            (await stage.RunAsync($"{verb}-PrometheusMilvusAccess -Kubeconfig $c")).EnsureNoError().OutputOf<PrometheusAccess>());

        Assert.Equal(ResourceAction.Configured, access.Action);
        Assert.Equal(0, Assert.Single(await stage.GetAsync()).Drifted);
    }

    [Fact]
    public async Task A_change_of_a_role_that_could_not_be_recorded_is_told_and_put_right_by_the_next_installation()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Faults.Add("PATCH", "/configmaps/milvus-monitoring-kube-prometheus", Fault.BareStatus(HttpStatusCode.Forbidden));

        var granted = (await stage.RunAsync("Grant-PrometheusMilvusAccess -Kubeconfig $c")).EnsureNoError();

        Assert.Contains(
            "The inventory does not record the change to ClusterRole/prometheus-k8s",
            Assert.Single(granted.Warnings),
            StringComparison.Ordinal);
        await stage.InstalledAsync();
        Assert.Equal(0, Assert.Single(await stage.GetAsync()).Drifted);
    }
}
