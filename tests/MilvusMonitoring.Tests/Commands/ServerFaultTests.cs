using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>API servers that are overloaded, fail, break off, are slow or restart.</summary>
public sealed class ServerFaultTests
{
    /// <summary>One request of each sort that an installation sends, in the order of sending.</summary>
    private static readonly (string Method, string Path, int Skip)[] Positions =
    [
        ("GET", "/version", 0),
        ("GET", "labelSelector=milvus-monitoring", 0),
        ("GET", "*/apis", 0),
        ("GET", "/namespaces/monitoring/serviceaccounts?limit=", 0),
        ("PATCH", "/namespaces/monitoring?", 0),
        ("PATCH", "/configmaps/milvus-monitoring-kube-prometheus", 0),
        ("PATCH", "/customresourcedefinitions/prometheuses.", 0),
        ("GET", "/customresourcedefinitions?watch=true", 0),
        ("PATCH", "/prometheuses/k8s", 0),
        ("PATCH", "/configmaps/milvus-monitoring-kube-prometheus", 1),
    ];

    [Theory]
    [InlineData("429")]
    [InlineData("500")]
    [InlineData("503")]
    [InlineData("503 of a proxy")]
    [InlineData("reset before")]
    [InlineData("reset after")]
    [InlineData("truncated")]
    [InlineData("slow")]
    public async Task A_fault_that_passes_is_ridden_out_at_every_step(string name)
    {
        await using var stage = await Stage.StartAsync();
        // Retry-After counts in whole seconds: one position in four is enough.
        var positions = Positions.Where((_, index) => name != "429" || index % 4 == 0);
        var rules = positions.Select(position => stage.Cluster.Faults.Add(position.Method, position.Path, FaultOf(name), name == "slow" ? 0 : position.Skip)).ToList();

        var stack = await stage.InstalledAsync();

        Assert.Equal(stack.Resources.Count, stack.Created);
        Assert.All(rules, rule => Assert.Equal(1, rule.Taken));
        await StackState.AssertCompleteAsync(stage.Cluster);
        stage.Cluster.Requests.Clear();
        Assert.Equal(stack.Resources.Count, (await stage.InstalledAsync()).Unchanged);
        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Theory]
    [InlineData("PATCH", "/namespaces/monitoring?", "Namespace/monitoring")]
    [InlineData("PATCH", "/configmaps/milvus-monitoring-kube-prometheus", "ConfigMap/monitoring/milvus-monitoring-kube-prometheus")]
    [InlineData("GET", "/customresourcedefinitions?watch=true", "customresourcedefinitions")]
    [InlineData("PATCH", "/monitoring.coreos.com/v1/", null)]
    public async Task A_fault_that_stays_is_one_error_and_running_again_finishes_the_work(string method, string path, string? target)
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add(method, path, FaultOf("500"), times: null);

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
        stage.Cluster.Faults.Add("PATCH", "/deployments/grafana", FaultOf("500"), times: null);

        var failed = await stage.InstallAsync();

        Assert.Equal("Deployment/monitoring/grafana", Assert.Single(failed.Errors).TargetObject);
        var stack = Assert.Single(failed.OutputOf<KubePrometheusStack>());
        Assert.Equal((1, stack.Resources.Count - 1), (stack.Failed, stack.Created));
        stage.Cluster.Faults.Clear();
        var again = await stage.InstalledAsync();
        Assert.Equal((1, again.Resources.Count - 1), (again.Created, again.Unchanged));
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Fact]
    public async Task An_API_server_that_restarts_in_the_middle_is_waited_for()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Readiness.Set("CustomResourceDefinition", TimeSpan.FromSeconds(1.5));
        var installing = stage.InstallAsync();
        await stage.Cluster.WaitForAsync(cluster => cluster.List("apiextensions.k8s.io/v1", "CustomResourceDefinition").Count > 2, TestContext.Current.CancellationToken);

        await stage.Cluster.RestartAsync(TestContext.Current.CancellationToken);

        var stack = Assert.Single((await installing).EnsureNoError().OutputOf<KubePrometheusStack>());
        Assert.Equal(stack.Resources.Count, stack.Created);
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Theory]
    [InlineData("-ErrorAction Stop", "")]
    [InlineData("", "$ErrorActionPreference = 'Stop'; ")]
    public async Task Under_Stop_the_stack_comes_out_and_then_the_script_ends(string parameter, string preference)
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add("PATCH", "/namespaces/monitoring?", FaultOf("500"), times: null);

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
        stage.Cluster.Faults.Add("GET", "/deployments?watch=true", FaultOf("500"), times: null);

        var failed = await stage.InstallAsync("-Wait");

        Assert.Contains("Cannot watch deployments", Assert.Single(failed.Errors).ToString(), StringComparison.Ordinal);
        Assert.Single(failed.OutputOf<KubePrometheusStack>());
    }

    [Fact]
    public async Task Uninstalling_rides_faults_out_too()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        stage.Cluster.Faults.Add("DELETE", "/apiservices/", FaultOf("503"));
        stage.Cluster.Faults.Add("DELETE", "/prometheuses/k8s", FaultOf("reset after"));
        stage.Cluster.Faults.Add("DELETE", "/deployments/grafana", FaultOf("truncated"));
        stage.Cluster.Faults.Add("GET", "watch=true", FaultOf("reset before"));
        stage.Cluster.Faults.Add("DELETE", "/api/v1/namespaces/monitoring", FaultOf("reset after"), skip: 1);

        var removed = Assert.Single((await stage.UninstallAsync()).EnsureNoError().OutputOf<KubePrometheusStack>());

        Assert.Equal(removed.Resources.Count, removed.Deleted);
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    private static Fault FaultOf(string name) => name switch
    {
        "429" => Fault.Answer(HttpStatusCode.TooManyRequests, "TooManyRequests", "too many requests, please try again later", TimeSpan.FromSeconds(1)),
        "500" => Fault.Answer(HttpStatusCode.InternalServerError, "InternalError", "etcdserver: leader changed"),
        "503" => Fault.Answer(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "the server is starting"),
        "503 of a proxy" => Fault.Answer(HttpStatusCode.ServiceUnavailable),
        "reset before" => Fault.ResetBefore,
        "reset after" => Fault.ResetAfter,
        "truncated" => Fault.TruncatedBody,
        _ => Fault.SlowBody(TimeSpan.FromMilliseconds(400)),
    };
}
