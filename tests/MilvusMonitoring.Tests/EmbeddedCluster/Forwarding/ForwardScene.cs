using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

/// <summary>The pods to which the recorded port-forwards went, in a cluster of the same version.</summary>
internal sealed class ForwardScene : IAsyncDisposable
{
    /// <summary>What the pod that sends by itself sends, again and again.</summary>
    public const string Line = "line\n";

    private const string Namespace = "bug-rec";
    private const string Pods = $"/api/v1/namespaces/{Namespace}/pods/";
    private const int Port = 8080;

    private static readonly string[] s_running = ["pf-web", "pf-gone", "pf-crash", "pf-stream", "pf-killed"];

    private readonly ClusterClient _client;
    private readonly PodServer _web;
    private readonly PodServer _stream;
    private byte[] _answer = [];

    private ForwardScene(Cluster cluster)
    {
        (Cluster, _client) = (cluster, new(cluster));
        Administrator = ClusterClient.Certificate(cluster.CreateKubeconfig());
        _web = new(async (stream, cancellationToken) =>
        {
            var request = new StringBuilder();
            var buffer = new byte[256];
            while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                var count = await stream.ReadAsync(buffer, cancellationToken);
                if (count == 0)
                {
                    return;
                }

                request.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }

            await stream.WriteAsync(_answer, cancellationToken);
        });
        _stream = new(async (stream, cancellationToken) =>
        {
            while (true)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(Line), cancellationToken);
                await Task.Delay(10, cancellationToken);
            }
        });
    }

    public Cluster Cluster { get; }

    public X509Certificate2 Administrator { get; }

    public static async Task<ForwardScene> StartAsync(string kubernetes, CancellationToken cancellationToken)
    {
        var options = new ClusterOptions
        {
            KubernetesVersion = kubernetes,
            Rbac = true,
            PodStopDelay = TimeSpan.FromMilliseconds(300),
            Forward = new() { CloseDelay = TimeSpan.FromMilliseconds(20) },
        };
        var scene = new ForwardScene(await Cluster.StartAsync(options, cancellationToken));
        await scene.PutAsync(cancellationToken);
        return scene;
    }

    /// <summary>What pods answer from now on.</summary>
    public void Answer(string text) => _answer = Encoding.UTF8.GetBytes(text);

    /// <summary>Does to a pod what the recorder did.</summary>
    public async Task ActAsync(string pod, string what, CancellationToken cancellationToken)
    {
        if (what.Contains("kill -9", StringComparison.Ordinal))
        {
            Put(
                pod,
                """{"nodeName":"node-1","containers":[{"name":"c","image":"i"}]}""",
                """{"phase":"Failed","containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":137,"reason":"Error"}}}]}"""
            );
            return;
        }

        var grace = int.Parse(what.Split("--grace-period=")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        var answer = await _client.DeleteAsync(
            Pods + pod,
            cancellationToken,
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "DeleteOptions",
                ["gracePeriodSeconds"] = grace,
            });
        Assert.Equal(200, answer.Status);
    }

    /// <summary>Waits until so many connections to pods are open.</summary>
    public async Task UntilOpenAsync(int streams, CancellationToken cancellationToken)
    {
        while (Cluster.PortForwards.OpenStreams != streams)
        {
            await Task.Delay(5, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        Administrator.Dispose();
        await Cluster.DisposeAsync();
        await _web.DisposeAsync();
        await _stream.DisposeAsync();
    }

    private async Task PutAsync(CancellationToken cancellationToken)
    {
        Cluster.Put(Sample.Parse($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{Namespace}}}"}}"""));
        foreach (var pod in s_running)
        {
            Put(pod, """{"nodeName":"node-1","containers":[{"name":"c","image":"i"}]}""");
            Cluster.Backends.ServePod(Namespace, pod, Port, (pod == "pf-stream" ? _stream : _web).EndPoint);
        }

        Cluster.Readiness.Never("Pod", Namespace, "pf-noimage");
        Put("pf-noimage", """{"nodeName":"node-1","containers":[{"name":"c","image":"none"}]}""");
        Put("pf-unscheduled", """{"nodeSelector":{"no":"node"},"containers":[{"name":"c","image":"i"}]}""");
        await Cluster.WaitForAsync(
            _ => s_running.All(each => Phase(each) == "Running") && Phase("pf-noimage") == "Pending",
            cancellationToken);
        Put(
            "pf-noimage",
            """{"nodeName":"node-1","containers":[{"name":"c","image":"none"}]}""",
            """{"phase":"Pending","containerStatuses":[{"name":"c","state":{"waiting":{"reason":"ErrImagePull"}}}]}"""
        );
    }

    private string? Phase(string pod) => Cluster.Find("v1", "Pod", Namespace, pod)?["status"]?["phase"]?.ToString();

    private void Put(string pod, string spec, string? status = null)
    {
        var value = Sample.Parse(
            $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{pod}}}","namespace":"{{{Namespace}}}"},"spec":{{{spec}}}}"""
        );
        if (status is not null)
        {
            value["status"] = Sample.Parse(status);
        }

        Cluster.Put(value, "kubelet");
    }
}
