using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Campaigns.Faults.Forwarding;

/// <summary>An embedded cluster with a Service of two pods, and a peer behind their port.</summary>
internal sealed class ForwardWorld : IAsyncDisposable
{
    private const int PodPort = 9090;

    private readonly string _folder = Directory.CreateTempSubdirectory("milvus-monitoring-forward-").FullName;
    private readonly Peer _peer = new();

    private ForwardWorld(Cluster cluster) => Cluster = cluster;

    public Cluster Cluster { get; }

    public static async Task<ForwardWorld> StartAsync(CancellationToken cancellationToken)
    {
        var cluster = await Cluster
            .StartAsync(
                new ClusterOptions
                {
                    ReadyDelay = TimeSpan.FromMilliseconds(1),
                    Forward = new ForwardOptions { CloseDelay = TimeSpan.FromMilliseconds(20) },
                },
                cancellationToken).ConfigureAwait(false);
        var world = new ForwardWorld(cluster);
        cluster.Put(
            JsonNode
                .Parse(
                    """
                    {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"default"},
                     "spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web"}]}}}}
                    """
                )!
                .AsObject());
        cluster.Put(
            JsonNode
                .Parse(
                    """
                    {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default"},"spec":{"selector":{"app":"web"},"ports":[{"name":"web","port":9090}]}}
                    """
                )!
                .AsObject());
        cluster.Backends.Serve("default", "app=web", PodPort, world._peer.EndPoint);
        await File.WriteAllTextAsync(Path.Combine(world._folder, "kubeconfig"), cluster.CreateKubeconfig(), cancellationToken)
            .ConfigureAwait(false);
        await cluster.WaitForAsync(HasTwoEndpoints, cancellationToken).ConfigureAwait(false);
        return world;
    }

    /// <summary>Starts a port-forward.</summary>
    public async Task<(PortForwarder Worker, int Port)> StartForwardAsync(CancellationToken cancellationToken)
    {
        using var connection = Connect();
        var target = await ServiceTarget
            .FindAsync(new ClusterClient(connection), "default", "web", null, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException("the Service is not found");
        var listener = LocalListener.Start([IPAddress.Loopback], 0);
        var worker = new PortForwarder(Connect(), target, listener, new ForwardLog(new PortForwardMeter()));
        try
        {
            await worker.StartAsync(TimeSpan.FromSeconds(20), cancellationToken).ConfigureAwait(false);
            return (worker, listener.Port);
        }
        catch
        {
            await worker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync().ConfigureAwait(false);
        await _peer.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(_folder, recursive: true);
    }

    private ClusterConnection Connect() => new ModuleRunner(Path.Combine(_folder, "kubeconfig"), 1, TimeProvider.System).Connect();

    private static bool HasTwoEndpoints(Cluster cluster) => cluster.List("discovery.k8s.io/v1", "EndpointSlice", "default")
        .Where(slice => (string?)slice["metadata"]!["labels"]?["kubernetes.io/service-name"] == "web")
        .SelectMany(slice => slice["endpoints"]!.AsArray())
        .Count(endpoint => (bool)endpoint!["conditions"]!["ready"]!) == 2;
}
