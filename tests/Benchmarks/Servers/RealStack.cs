using System.Globalization;
using System.Text.Json.Nodes;
using MilvusMonitoring.Benchmarks.Contenders;

namespace MilvusMonitoring.Benchmarks.Servers;

/// <summary>
/// The API server that kubectl and the module take turns on, and the manifests that it can take: a kube-apiserver of its own with the one
/// controller that uninstalling needs, or a cluster that is given.
/// </summary>
internal sealed class RealStack : IAsyncDisposable
{
    /// <summary>The release that Kubernetes 1.20 can take.</summary>
    private const string OldVersion = "v0.8.0";

    private readonly KubeApiServer? _server;
    private readonly NamespaceController? _controller;
    private readonly ServerAdmin _admin;

    private RealStack(string kubeconfig, KubeApiServer? server)
    {
        (Kubeconfig, _server) = (kubeconfig, server);
        _admin = new ServerAdmin(kubeconfig);
        _controller = server is null ? null : new NamespaceController(_admin);
    }

    /// <summary>Why it cannot be had here; null where it can.</summary>
    /// <param name="kubeconfig">The cluster that is given; null for one of its own.</param>
    public static string? MissingFor(string? kubeconfig) =>
        kubeconfig is null ? KubeApiServer.Missing ?? StackManifests.MissingFor(OldVersion) : StackManifests.Missing;

    public StackManifests Manifests { get; private set; } = null!;

    public string Kubeconfig { get; }

    public Uri Server => _admin.Server;

    /// <summary>What Kubernetes it is.</summary>
    public string Kubernetes { get; private set; } = string.Empty;

    /// <summary>Starts a server, or goes to the cluster that is given, which must hold nothing of kube-prometheus.</summary>
    public static async Task<RealStack> StartAsync(string? kubeconfig, CancellationToken cancellationToken)
    {
        var server = kubeconfig is null ? await KubeApiServer.StartAsync(cancellationToken) : null;
        var stack = new RealStack(kubeconfig ?? server!.Kubeconfig, server);
        try
        {
            var version = await stack._admin.GetVersionAsync(cancellationToken);
            stack.Kubernetes = version.Text;

            // Server-side apply of an APIService ends the request without an answer: a fault of Kubernetes 1.20.
            var release = server is null ? StackManifests.NewestFor(version.Kubernetes) : OldVersion;
            stack.Manifests = await StackManifests.CopyAsync(release, withApiService: version.Kubernetes.Minor > 20, cancellationToken);
            await stack.CheckEmptyAsync(cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a kubeconfig that leads to the same server through a port of this machine.</summary>
    public async Task<string> WriteKubeconfigThroughAsync(int port, CancellationToken cancellationToken)
    {
        var config = JsonNode.Parse(await Kubectl.ViewConfigAsync(Kubeconfig, cancellationToken))!;
        var cluster = config["clusters"]![0]!["cluster"]!;
        cluster["tls-server-name"] ??= Server.Host;
        cluster["server"] = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}");
        var path = Path.Combine(Manifests.Folder, string.Create(CultureInfo.InvariantCulture, $"kubeconfig-{port}"));
        await File.WriteAllTextAsync(path, config.ToJsonString(), cancellationToken);
        return path;
    }

    /// <summary>Changes one object as somebody with an editor would.</summary>
    public async Task ChangeOneObjectAsync(CancellationToken cancellationToken)
    {
        var done = await _admin.SendAsync(
            HttpMethod.Patch,
            "/apis/apps/v1/namespaces/monitoring/deployments/grafana?fieldManager=somebody",
            """{ "spec": { "replicas": 2 } }"""u8.ToArray(),
            cancellationToken,
            "application/merge-patch+json");
        if (!done)
        {
            throw new BenchmarkException("The Deployment grafana could not be changed.");
        }
    }

    /// <summary>Sees that one contender leaves nothing to the next.</summary>
    public async Task CheckEmptyAsync(CancellationToken cancellationToken)
    {
        if (await _admin.ExistsAsync("/api/v1/namespaces/monitoring", cancellationToken)
            || await _admin.ExistsAsync("/apis/monitoring.coreos.com", cancellationToken))
        {
            throw new BenchmarkException("Something of kube-prometheus is on the server.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_controller is not null)
        {
            await _controller.DisposeAsync();
        }

        _admin.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Manifests?.Dispose();
    }
}
