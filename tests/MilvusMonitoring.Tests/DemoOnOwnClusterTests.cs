using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests;

/// <summary>The demo on a cluster that it did not start.</summary>
public sealed class DemoOnOwnClusterTests
{
    [Fact]
    public async Task Where_nobody_can_be_asked_it_names_the_server_and_leaves_the_cluster_alone()
    {
        await using var stage = await Stage.StartAsync();

        var result = await RunAsync(stage);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"{stage.Cluster.Server}".TrimEnd('/'), result.Errors, StringComparison.Ordinal);
        Assert.Contains("--yes", result.Errors, StringComparison.Ordinal);
        Assert.Empty(stage.Writes);
    }

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"monitoring"}}""", "Namespace/monitoring")]
    [InlineData("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"milvus"}}""", "Namespace/milvus")]
    public async Task A_cluster_that_has_something_of_its_names_is_left_alone(string value, string said)
    {
        await using var stage = await Stage.StartAsync();
        stage.Put(value);
        stage.ForgetWrites();

        var result = await RunAsync(stage, "--yes");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(said, result.Errors, StringComparison.Ordinal);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task A_cluster_with_monitoring_or_a_Milvus_of_others_is_left_alone()
    {
        await using var stage = await Stage.StartAsync();
        await stage.DefineMonitorsAsync();
        await stage.PutReleaseAsync(new SampleMilvus { Namespace = "db" });
        stage.ForgetWrites();

        var result = await RunAsync(stage, "--yes");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("CustomResourceDefinition/servicemonitors.monitoring.coreos.com", result.Errors, StringComparison.Ordinal);
        Assert.Contains("Milvus/db/my-release", result.Errors, StringComparison.Ordinal);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task A_command_that_fails_ends_the_script_and_what_was_made_goes_away()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Readiness.Never("Deployment", "monitoring", "grafana");

        var result = await RunAsync(stage, "--yes", "--context", stage.Context, "--patience", "5s", "--path", Stage.Manifests);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Install-KubePrometheus: Not ready after 5 s", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("PS> Get-KubePrometheus", result.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing of the demo is left on the cluster.", result.Errors, StringComparison.Ordinal);
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "milvus"));
        Assert.Null(stage.Cluster.Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "prometheuses.monitoring.coreos.com"));
    }

    private static Task<ChildResult> RunAsync(Stage stage, params string[] options) =>
        ChildProcess.RunAsync("dotnet", [BuiltTree.Program("Demo"), "--kubeconfig", stage.Kubeconfig, .. options], Limits.Program);
}
