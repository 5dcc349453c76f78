using System.Net;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Benchmarks.Forwarding;

/// <summary>A pod with a web server on a real node, behind a Service, in a namespace of its own that goes with it.</summary>
internal sealed class WebPod : IAsyncDisposable
{
    /// <summary>What to get from it that is small.</summary>
    public const string SmallPath = "/small";

    /// <summary>What to get from it that is large.</summary>
    public const string LargePath = "/large";

    private const string Namespace = "forward-benchmark";
    private const string NamespacePath = $"/api/v1/namespaces/{Namespace}";
    private const string PodPath = $"{NamespacePath}/pods/web";

    private static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(2);

    private readonly ServerAdmin _admin;

    private WebPod(string kubeconfig) => _admin = new ServerAdmin(kubeconfig);

    /// <summary>The Service.</summary>
    public static ForwardTarget Target { get; } = new(Namespace, "web", "80");

    /// <summary>Makes it, and waits until it is ready.</summary>
    /// <param name="kubeconfig">A node that has the image <c>web:local</c>: busybox and its httpd, which closes after each answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<WebPod> StartAsync(string kubeconfig, CancellationToken cancellationToken)
    {
        var pod = new WebPod(kubeconfig);
        try
        {
            await pod.CreateAsync("/api/v1/namespaces", $$"""
                { "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "{{Namespace}}" } }
                """, cancellationToken);
            await pod.CreateAsync($"{NamespacePath}/services", """
                {
                  "apiVersion": "v1", "kind": "Service", "metadata": { "name": "web" },
                  "spec": { "selector": { "app": "web" }, "ports": [{ "name": "http", "port": 80, "targetPort": 8080 }] }
                }
                """, cancellationToken);
            await pod.CreateAsync($"{NamespacePath}/pods", """
                {
                  "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web", "labels": { "app": "web" } },
                  "spec": {
                    "containers": [{
                      "name": "web", "image": "web:local", "imagePullPolicy": "Never",
                      "command": ["sh", "-c"],
                      "args": [
                        "mkdir /site && cd /site && head -c 100 /dev/zero > small && dd if=/dev/zero of=large bs=1M count=256 && exec httpd -f -p 8080"
                      ],
                      "readinessProbe": { "httpGet": { "path": "/small", "port": 8080 }, "periodSeconds": 1 }
                    }]
                  }
                }
                """, cancellationToken);
            await pod.UntilReadyAsync(cancellationToken);
            return pod;
        }
        catch
        {
            await pod.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.AskAsync(HttpMethod.Delete, NamespacePath, null, CancellationToken.None);
        _admin.Dispose();
    }

    private async Task CreateAsync(string path, string body, CancellationToken cancellationToken)
    {
        // The token controller makes a namespace's service account a moment after the namespace.
        for (var tries = 0; ; tries++)
        {
            var (status, text) = await _admin.AskAsync(HttpMethod.Post, path, body, cancellationToken);
            if (status == HttpStatusCode.Created)
            {
                return;
            }

            if (tries == 20)
            {
                throw new BenchmarkException($"POST {path} was answered with {status}: {text}");
            }

            await Task.Delay(500, cancellationToken);
        }
    }

    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_longestStart);
        try
        {
            while (!await IsReadyAsync(limit.Token))
            {
                await Task.Delay(200, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchmarkException($"Pod/{Namespace}/web did not become ready within {s_longestStart.TotalSeconds:0} s.");
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var pod = await _admin.GetAsync(PodPath, cancellationToken);
        var conditions = pod.RootElement.Member("status").Items("conditions");
        return conditions.Any(each => each.Text("type") == "Ready" && each.Text("status") == "True");
    }
}
