using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

public sealed class RealManifestsOnEmbeddedClusterTests
{
    [Theory]
    [InlineData("v0.18.0", "v1.36.2", 131)]
    [InlineData("v0.8.0", "v1.20.2", 108)]
    public async Task A_real_release_installs_becomes_ready_is_recognised_and_goes(string release, string kubernetes, int objects)
    {
        var path = Path.Combine(RealManifests.Folder(), release);
        await using var stage = await Stage.StartAsync(new ClusterOptions { KubernetesVersion = kubernetes });
        var first = await stage.InstalledAsync("-Wait -Timeout 120", path);
        Assert.Equal((release, objects, objects, true), (first.Version, first.Resources.Count, first.Created, first.Ready));

        stage.Cluster.Requests.Clear();
        var second = await stage.InstalledAsync("-Wait -Timeout 120", path);
        Assert.Equal((release, objects, true), (second.Version, second.Unchanged, second.Ready));
        Assert.Empty(stage.Cluster.Requests.Writes);

        var removed = Assert.Single((await stage.UninstallAsync()).EnsureNoError().OutputOf<KubePrometheusStack>());
        Assert.Equal(objects, removed.Deleted);
        Assert.Empty(stage.Cluster.List("apiextensions.k8s.io/v1", "CustomResourceDefinition"));
    }
}
