using System.Globalization;
using System.Text;

namespace MilvusMonitoring.Benchmarks.Servers;

/// <summary>A real kube-apiserver with the one controller that uninstalling needs, and the manifests that it can take.</summary>
internal sealed class RealStack : IAsyncDisposable
{
    /// <summary>The release that Kubernetes 1.20 can take.</summary>
    public const string Version = "v0.8.0";

    // Server-side apply of an APIService ends the request without an answer: a fault of Kubernetes 1.20.
    private const string Without = "prometheus-adapter-apiService.yaml";

    private readonly KubeApiServer _server;
    private readonly NamespaceController _controller;
    private readonly ServerAdmin _admin;

    private RealStack(KubeApiServer server, StackManifests manifests)
    {
        (_server, Manifests) = (server, manifests);
        _admin = new ServerAdmin(server.Kubeconfig);
        _controller = new NamespaceController(_admin);
    }

    /// <summary>Why it cannot be had here; null where it can.</summary>
    public static string? Missing => KubeApiServer.Missing ?? StackManifests.MissingFor(Version);

    public StackManifests Manifests { get; }

    public string Kubeconfig => _server.Kubeconfig;

    public int Port => _admin.Server.Port;

    /// <summary>What Kubernetes it is.</summary>
    public string Kubernetes { get; private set; } = string.Empty;

    public static async Task<RealStack> StartAsync(CancellationToken cancellationToken)
    {
        var stack = new RealStack(await KubeApiServer.StartAsync(cancellationToken), await StackManifests.CopyAsync(Version, Without, cancellationToken));
        using var version = await stack._admin.GetAsync("/version", cancellationToken);
        stack.Kubernetes = version.RootElement.GetProperty("gitVersion").GetString()!;
        return stack;
    }

    /// <summary>A kubeconfig that leads to the same server through another port.</summary>
    public string KubeconfigThrough(int port)
    {
        var text = File.ReadAllText(Kubeconfig, Encoding.UTF8);
        var path = Path.Combine(Manifests.Folder, "kubeconfig-" + port.ToString(CultureInfo.InvariantCulture));
        File.WriteAllText(path, text.Replace($"127.0.0.1:{Port}", $"127.0.0.1:{port}", StringComparison.Ordinal));
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
            throw new BenchmarkException("Something of kube-prometheus is still on the server.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _controller.DisposeAsync();
        _admin.Dispose();
        await _server.DisposeAsync();
        Manifests.Dispose();
    }
}
