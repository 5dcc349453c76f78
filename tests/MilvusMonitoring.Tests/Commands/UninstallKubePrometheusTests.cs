namespace MilvusMonitoring.Tests.Commands;

/// <summary>The stories of <c>Uninstall-KubePrometheus</c> on an embedded cluster, and those that need one.</summary>
public sealed class UninstallKubePrometheusTests : UninstallStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync();

    [Fact]
    public async Task What_controllers_have_made_of_a_stack_goes_too()
    {
        await using var stage = await Stage.StartAsync();
        var before = await NamesAsync(stage);
        await stage.InstalledAsync("-Wait -Timeout 60");
        await stage.Cluster.WaitForAsync(
            cluster => cluster.Find("v1", "Service", "kube-system", "kubelet") is not null,
            TestContext.Current.CancellationToken);

        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Equal(before, await NamesAsync(stage));
        Assert.Empty(stage.Cluster.List("v1", "Pod"));
    }

    [Fact]
    public async Task API_services_and_custom_resources_go_first_then_the_rest_then_CRDs_and_the_operators_leftovers_then_the_namespace()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-Wait -Timeout 60");
        stage.Cluster.Requests.Clear();
        (await stage.UninstallAsync()).EnsureNoError();
        var stages = stage
            .Cluster.Requests.Writes.Where(request => request.Method == "DELETE")
            .Select(request =>
                request.Path switch
                {
                    var path
                        when path.Contains("/apiservices/", StringComparison.Ordinal)
                            || path.Contains("/monitoring.coreos.com/", StringComparison.Ordinal) => 0,
                    var path
                        when path.Contains("/customresourcedefinitions/", StringComparison.Ordinal)
                            || path.Contains("/kubelet", StringComparison.Ordinal) => 2,
                    "/api/v1/namespaces/monitoring" => 3,
                    _ => 1,
                })
            .ToList();
        Assert.Equal([0, 1, 2, 3], stages.Distinct());
        Assert.Equal(stages.Order(), stages);
    }

    [Fact]
    public async Task Definitions_go_while_the_pods_are_ending_and_the_namespace_when_they_have_ended_and_that_is_said()
    {
        await using var stage = await Stage.StartAsync(new() { PodStopDelay = TimeSpan.FromHours(1) });
        await stage.InstalledAsync("-Wait -Timeout 60");
        var uninstalling = stage.UninstallAsync("-Verbose");

        await stage.Cluster.WaitForAsync(
            cluster => cluster.List("apiextensions.k8s.io/v1", "CustomResourceDefinition").Count == 0
                && cluster.List("v1", "Pod", "monitoring").All(pod => pod["metadata"]!["deletionTimestamp"] is not null),
            TestContext.Current.CancellationToken);
        Assert.NotEmpty(stage.Cluster.List("v1", "Pod", "monitoring"));
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring")!["metadata"]!["deletionTimestamp"]);
        foreach (var pod in stage.Cluster.List("v1", "Pod", "monitoring"))
        {
            stage.Cluster.Remove("v1", "Pod", "monitoring", (string)pod["metadata"]!["name"]!, atOnce: true);
        }

        var result = (await uninstalling).EnsureNoError();
        Assert.Contains(result.Verbose, line =>
            line.StartsWith("Waiting for the operator's pod prometheus-operator-", StringComparison.Ordinal));
        Assert.Contains(result.Verbose, line =>
            line.StartsWith("Waiting for ", StringComparison.Ordinal) && line.Contains(" pods to end: ", StringComparison.Ordinal));
        string[] phases = ["plan", "custom resources", "others", "CRDs", "operator", "pods", "namespace"];
        Assert.All(phases, phase => Assert.Contains(result.Verbose, line => line.StartsWith($"Phase {phase}: ", StringComparison.Ordinal)));
    }
}
