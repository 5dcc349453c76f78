using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>API servers that fail and go on failing; faults that pass are the campaigns' part.</summary>
public sealed class ServerFaultTests
{
    private static Fault Failing => Fault.Answer(HttpStatusCode.InternalServerError, "InternalError", "etcdserver: leader changed");

    [Theory]
    [InlineData("PATCH", "/namespaces/monitoring?", "Namespace/monitoring")]
    [InlineData("PATCH", "/configmaps/milvus-monitoring-kube-prometheus", "ConfigMap/monitoring/milvus-monitoring-kube-prometheus")]
    [InlineData("GET", "/customresourcedefinitions?watch=true", "customresourcedefinitions")]
    [InlineData("PATCH", "/monitoring.coreos.com/v1/", null)]
    public async Task A_fault_that_stays_is_one_error_and_running_again_finishes_the_work(string method, string path, string? target)
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add(method, path, Failing, times: null);

        var failed = await stage.InstallAsync();

        var error = Assert.Single(failed.Errors);
        Assert.StartsWith(ErrorId.ServerFailed, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("etcdserver: leader changed", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.ToString());
        if (target is not null)
        {
            Assert.Equal(target, error.TargetObject);
        }

        Assert.Single(failed.OutputOf<KubePrometheusStack>());
        stage.Cluster.Faults.Clear();
        await stage.InstalledAsync();
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Fact]
    public async Task An_object_that_the_server_fails_on_holds_no_other_up()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add("PATCH", "/deployments/grafana", Failing, times: null);

        var failed = await stage.InstallAsync();

        Assert.Equal("Deployment/monitoring/grafana", Assert.Single(failed.Errors).TargetObject);
        var stack = Assert.Single(failed.OutputOf<KubePrometheusStack>());
        Assert.Equal((1, stack.Resources.Count - 1), (stack.Failed, stack.Created));
        stage.Cluster.Faults.Clear();
        var again = await stage.InstalledAsync();
        Assert.Equal((1, again.Resources.Count - 1), (again.Created, again.Unchanged));
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Theory]
    [InlineData("-ErrorAction Stop", "")]
    [InlineData("", "$ErrorActionPreference = 'Stop'; ")]
    public async Task Under_Stop_the_stack_comes_out_and_then_the_script_ends(string parameter, string preference)
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add("PATCH", "/namespaces/monitoring?", Failing, times: null);

        var result = await stage.Session.InvokeAsync(
            $"param($kubeconfig, $path) {preference}Install-KubePrometheus -Kubeconfig $kubeconfig -Path $path {parameter}; 'went on'",
            new { kubeconfig = stage.Kubeconfig, path = Stage.Manifests });

        Assert.True(result.Terminated);
        Assert.Equal([ErrorId.ServerFailed], result.ErrorIds);
        Assert.Single(result.OutputOf<KubePrometheusStack>());
    }

    [Fact]
    public async Task A_watch_that_fails_while_waiting_is_an_error_beside_the_stack()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Faults.Add("GET", "/deployments?watch=true", Failing, times: null);

        var failed = await stage.InstallAsync("-Wait");

        Assert.Contains("Cannot watch deployments", Assert.Single(failed.Errors).ToString(), StringComparison.Ordinal);
        Assert.Single(failed.OutputOf<KubePrometheusStack>());
    }
}
