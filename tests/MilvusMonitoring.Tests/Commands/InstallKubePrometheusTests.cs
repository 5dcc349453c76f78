using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>The stories of <c>Install-KubePrometheus</c> on an embedded cluster, and those that need one.</summary>
public sealed class InstallKubePrometheusTests : InstallStories
{
    private protected override async Task<ClusterStage> StartAsync() => await Stage.StartAsync();

    [Fact]
    public async Task A_stack_that_is_waited_for_is_ready_and_a_second_run_has_nothing_to_wait_for_or_to_write()
    {
        await using var stage = await Stage.StartAsync();
        var first = await stage.InstalledAsync("-Wait -Timeout 60");
        Assert.True(first.Ready);
        Assert.Equal(("embedded", "v1.36.2"), (first.Context, first.KubernetesVersion));

        stage.ForgetWrites();
        var second = await stage.InstalledAsync("-Wait -Timeout 60");
        Assert.Equal(second.Resources.Count, second.Unchanged);
        Assert.Empty(stage.Writes);
    }

    [Fact]
    public async Task Under_Stop_a_failed_object_ends_the_script()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Faults.Add(
            "PATCH",
            "deployments/grafana",
            Fault.Answer(System.Net.HttpStatusCode.UnprocessableEntity, "Invalid", "spec is wrong"),
            times: null);
        var result = await stage.InstallAsync("-ErrorAction Stop");
        Assert.True(result.Terminated);
        Assert.Equal([ErrorId.ObjectInvalid], result.ErrorIds);
    }

    [Fact]
    public async Task Tab_offers_components_and_releases_and_contexts()
    {
        await using var stage = await Stage.StartAsync();
        Assert.Contains(
            "grafana",
            stage.Session.Complete("Install-KubePrometheus -ExcludeComponent gr").Select(completion => completion.CompletionText));
        Assert.Contains(
            "v0.18.0",
            stage.Session.Complete("Install-KubePrometheus -Version v0.1").Select(completion => completion.CompletionText));
        Assert.Equal(
            ["embedded"],
            stage
                .Session.Complete($"Install-KubePrometheus -Kubeconfig '{stage.Kubeconfig}' -Context e")
                .Select(completion => completion.CompletionText));
    }

    // Not on a real server: with nothing behind the API service, the namespace would not go.
    [Fact]
    public async Task The_API_service_of_metrics_server_is_left_alone_in_both_directions()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Put(MetricsServer());
        var installed = await stage.InstallAsync();
        Assert.Empty(installed.Errors);
        Assert.Contains("Service/kube-system/metrics-server", Assert.Single(installed.Warnings), StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(installed.OutputOf<KubePrometheusStack>()).Skipped);

        stage.ForgetWrites();
        Assert.Single((await stage.InstallAsync()).Warnings);
        Assert.Empty(stage.Writes);

        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Equal(
            "metrics-server",
            (string)
                stage.Cluster.Find("apiregistration.k8s.io/v1", "APIService", null, "v1beta1.metrics.k8s.io")!["spec"]!["service"]!["name"]!
        );
    }

    private static JsonObject MetricsServer() => JsonNode.Parse("""
        {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1beta1.metrics.k8s.io"},
         "spec":{"group":"metrics.k8s.io","version":"v1beta1","groupPriorityMinimum":100,"versionPriority":100,"insecureSkipTLSVerify":true,
                 "service":{"name":"metrics-server","namespace":"kube-system"}}}
        """)!.AsObject();
}
