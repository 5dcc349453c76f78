using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>A stage with two replicas of Prometheus and a Grafana, each a web server of its own behind the pods' ports.</summary>
internal sealed class ForwardStage : IAsyncDisposable
{
    private static readonly byte[] Request = "GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();

    private readonly List<WebServer> _servers = [];

    private ForwardStage(Commands.Stage stage) => Stage = stage;

    public Commands.Stage Stage { get; }

    public Cluster Cluster => Stage.Cluster;

    public PowerShellSession Session => Stage.Session;

    public static Task<ForwardStage> StartAsync() =>
        StartAsync(new ClusterOptions { Forward = new ForwardOptions { CloseDelay = TimeSpan.FromMilliseconds(50) } });

    public static async Task<ForwardStage> StartAsync(ClusterOptions options)
    {
        var stage = new ForwardStage(await Commands.Stage.StartAsync(options));
        stage.Cluster.Put(Object("v1", "Namespace", "monitoring", null, []));
        stage.PutWorkload("StatefulSet", "prometheus-k8s", "prometheus", replicas: 2);
        stage.PutService("prometheus-k8s", "prometheus", ("web", 9090));
        stage.PutWorkload("Deployment", "grafana", "grafana", replicas: 1);
        stage.PutService("grafana", "grafana", ("http", 3000));
        foreach (var pod in new[] { "prometheus-k8s-0", "prometheus-k8s-1" })
        {
            stage.Cluster.Backends.ServePod("monitoring", pod, 9090, (await stage.ServeAsync(pod)).EndPoint);
        }

        stage.Cluster.Backends.Serve("monitoring", "app=grafana", 3000, (await stage.ServeAsync("grafana")).EndPoint);
        await stage.UntilReadyAsync("prometheus", 2);
        await stage.UntilReadyAsync("grafana", 1);
        return stage;
    }

    /// <summary>Starts a web server that says who it is.</summary>
    public async Task<WebServer> ServeAsync(string name)
    {
        var server = await WebServer.StartAsync(name, TestContext.Current.CancellationToken);
        _servers.Add(server);
        return server;
    }

    /// <summary>Runs <c>Start-MonitoringPortForward</c>.</summary>
    public Task<PowerShellResult> TryStartAsync(string arguments, string? kubeconfig = null) =>
        Session.InvokeAsync(
            $"param($kubeconfig) Start-MonitoringPortForward -Kubeconfig $kubeconfig {arguments}",
            new { kubeconfig = kubeconfig ?? Stage.Kubeconfig });

    /// <summary>Starts one on a free port, and fails the test where that has any error.</summary>
    public async Task<MonitoringPortForward> StartForwardAsync(string arguments = "Prometheus") =>
        Assert.Single((await TryStartAsync($"{arguments} -LocalPort 0")).EnsureNoError().OutputOf<MonitoringPortForward>());

    /// <summary>One request on a connection of its own.</summary>
    public static async Task<string> GetAsync(MonitoringPortForward forward, string path = "who")
    {
        using var client = NewClient();
        return await client.GetStringAsync(new Uri(forward.Url, path), TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// Has the connections that were opened ahead given up, so that the next is a new one; the first pod alone is ready then.
    /// </summary>
    public async Task DrainSparesAsync(MonitoringPortForward forward)
    {
        var pods = Cluster
            .List("v1", "Pod", "monitoring")
            .Select(pod => (string)pod["metadata"]!["name"]!)
            .Where(name => name.StartsWith(forward.Service, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToList();
        pods.ForEach(pod => Cluster.SetReady("monitoring", pod, ready: false));
        await Commands.Stage.UntilAsync(() => forward.Pod is null && Cluster.PortForwards.OpenSockets == forward.OpenConnections);
        Cluster.SetReady("monitoring", pods[0], ready: true);
        await Commands.Stage.UntilAsync(() => forward.Pod is not null);
    }

    /// <summary>So many short requests, each on a connection of its own, eight at a time.</summary>
    public static Task HammerAsync(MonitoringPortForward forward, int requests) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, requests),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (_, cancellationToken) =>
            {
                using var socket = await ConnectAsync(forward);
                await socket.SendAsync(Request, cancellationToken);
                var buffer = new byte[512];
                var text = new StringBuilder();
                while (await socket.ReceiveAsync(buffer, cancellationToken) is var count and > 0)
                {
                    text.Append(Encoding.ASCII.GetString(buffer, 0, count));
                    if (text.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
                    {
                        return;
                    }
                }

                Assert.Fail($"the answer broke off after {text}");
            });

    public static HttpClient NewClient() =>
        new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>A plain connection to a port-forward.</summary>
    public static async Task<Socket> ConnectAsync(MonitoringPortForward forward)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", forward.LocalPort, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>Waits until so many pods of an app are ready behind its Service.</summary>
    public Task UntilReadyAsync(string app, int count) =>
        Cluster.WaitForAsync(
            cluster =>
                cluster
                    .List("discovery.k8s.io/v1", "EndpointSlice", "monitoring")
                    .Where(slice =>
                        (string?)slice["metadata"]!["labels"]?["kubernetes.io/service-name"] is { } service
                        && service.StartsWith(app, StringComparison.Ordinal))
                    .SelectMany(slice => slice["endpoints"]!.AsArray())
                    .Count(endpoint => (bool)endpoint!["conditions"]!["ready"]!) == count,
            TestContext.Current.CancellationToken);

    public void PutWorkload(string kind, string name, string app, int replicas) =>
        Cluster.Put(
            Object(
                "apps/v1",
                kind,
                name,
                "monitoring",
                new JsonObject
                {
                    ["spec"] = new JsonObject
                    {
                        ["replicas"] = replicas,
                        ["serviceName"] = name,
                        ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = app } },
                        ["template"] = new JsonObject
                        {
                            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = app } },
                            ["spec"] = new JsonObject
                            {
                                ["containers"] = new JsonArray(new JsonObject { ["name"] = app, ["image"] = app }),
                            },
                        },
                    },
                }));

    public void PutService(string name, string app, params (string Name, int Port)[] ports) =>
        PutService(
            name,
            new JsonObject
            {
                ["selector"] = new JsonObject { ["app"] = app },
                ["ports"] = new JsonArray([
                    .. ports.Select(port => new JsonObject
                    {
                        ["name"] = port.Name,
                        ["port"] = port.Port,
                        ["protocol"] = "TCP",
                    }),
                ]),
            });

    public void PutService(string name, JsonObject spec) =>
        Cluster.Put(Object("v1", "Service", name, "monitoring", new JsonObject { ["spec"] = spec }));

    public async ValueTask DisposeAsync()
    {
        await Stage.DisposeAsync();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private static JsonObject Object(string apiVersion, string kind, string name, string? ns, JsonObject rest)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (ns is not null)
        {
            metadata["namespace"] = ns;
        }

        rest["apiVersion"] = apiVersion;
        rest["kind"] = kind;
        rest["metadata"] = metadata;
        return rest;
    }
}
