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
        await stage.Cluster.WaitForAsync(cluster => cluster.Find("v1", "Service", "kube-system", "kubelet") is not null, TestContext.Current.CancellationToken);

        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Equal(before, await NamesAsync(stage));
        Assert.Empty(stage.Cluster.List("v1", "Pod"));
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
}
