using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

/// <summary>A cluster with a Deployment whose pods are there to be forwarded to.</summary>
public abstract class ForwardTest : ClusterTest
{
    private protected const int Port = 8080;

    /// <returns>The names of the pods, all of them ready.</returns>
    private protected async Task<string[]> RunPodsAsync(int replicas = 1)
    {
        await Client.PostAsync("/apis/apps/v1/namespaces/default/deployments", Sample.Deployment("web", replicas), Token);
        await UntilAsync(cluster =>
            (int?)cluster.Find("apps/v1", "Deployment", "default", "web")!["status"]?["availableReplicas"] == replicas);
        return PodNames();
    }

    private protected string[] PodNames() =>
        [.. Cluster.List("v1", "Pod", "default").Select(each => each["metadata"]!["name"]!.ToString())];

    /// <summary>Puts the server behind the pods' port.</summary>
    private protected PodServer Serve(PodServer server)
    {
        Cluster.Backends.Serve("default", "app=web", Port, server.EndPoint);
        return server;
    }

    private protected Task<ForwardClient> OpenAsync(string pod, params int[] ports) =>
        ForwardClient.OpenAnnouncedAsync(Cluster, pod, ports, Token);

    /// <summary>For what no write announces.</summary>
    private protected static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var attempt = 0; !condition(); attempt++)
        {
            Assert.True(attempt < 1000, "it did not come about within 10 s");
            await Task.Delay(10, Token);
        }
    }
}
