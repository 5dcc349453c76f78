using System.Text.Json.Nodes;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests;

/// <summary>A namespace of its own on the real node, with pods that run, and an engine with the module.</summary>
internal sealed class NodePlace : IAsyncDisposable
{
    public const int Port = 9090;

    /// <summary>Where nobody listens in the pods.</summary>
    public const int ClosedPort = 9191;

    /// <summary>How the names of namespaces begin that are used while other tests play on the node.</summary>
    private const string BesidePrefix = "beside-";

    // Says which pod answers, and ends at once on SIGTERM.
    private const string Program = "hostname > /tmp/who; exec /bin/web";

    private readonly ServerAdmin _admin;

    /// <summary>The node, where the place is the only one on it.</summary>
    private readonly RealNode? _alone;

    private NodePlace(string kubeconfig, string name, PowerShellSession session, RealNode? alone)
    {
        (Kubeconfig, Name, Session, _alone) = (kubeconfig, name, session, alone);
        _admin = new ServerAdmin(kubeconfig);
        Objects = new ClusterObjects(_admin);
    }

    public string Kubeconfig { get; }

    public string Name { get; }

    public PowerShellSession Session { get; }

    public ClusterObjects Objects { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<NodePlace> StartAsync(RealNode node, string name)
    {
        await ServerStage.ClearAsync(node);
        return await StartAsync(await node.GetKubeconfigAsync(), name, node);
    }

    /// <summary>Starts a place for a test that plays beside the tests of <see cref="RealNode.Collection"/>.</summary>
    public static async Task<NodePlace> StartBesideAsync(RealNode node, string name) =>
        await StartAsync(await node.GetBesideKubeconfigAsync(), BesidePrefix + name, alone: null);

    /// <summary>Whether a namespace belongs to a test that plays beside others.</summary>
    public static bool IsBeside(string? name) => name?.StartsWith(BesidePrefix, StringComparison.Ordinal) is true;

    public static JsonObject NamespaceOf(string name) =>
        JsonNode.Parse($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{name}}"} }""")!.AsObject();

    /// <summary>The pods that answer with their names on <see cref="Port"/>, as a workload runs them.</summary>
    public static JsonObject PodTemplate(string app) => JsonNode.Parse($$"""
        {"metadata":{"labels":{"app":"{{app}}"} },
         "spec":{"terminationGracePeriodSeconds":1,"containers":[
           {"name":"web","image":"{{RealNode.WebImage}}","command":["/bin/sh","-c","{{Program}}"],
           "env":[{"name":"PORT","value":"{{Port}}"},{"name":"ROOT","value":"/tmp"}],"ports":[{"name":"http","containerPort":{{Port}}}],
           "readinessProbe":{"httpGet":{"path":"/who","port":"http"},"periodSeconds":1} }]} }
        """)!.AsObject();

    /// <summary>Puts a workload and its Service, and waits until its pods are ready, which answer on after they were deleted.</summary>
    public async Task PutWebAsync(string app, int replicas, int linger = 0)
    {
        var workload = Workload(Name, "Deployment", app, replicas);
        if (linger > 0)
        {
            var pod = workload["spec"]!["template"]!["spec"]!;
            pod["terminationGracePeriodSeconds"] = linger + 1;
            pod["containers"]![0]!["lifecycle"] = JsonNode.Parse($$"""{"preStop":{"exec":{"command":["sleep","{{linger}}"]} } }""");
        }

        await Objects.PutAsync(workload);
        await Objects.PutAsync(JsonNode.Parse($$"""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"{{app}}","namespace":"{{Name}}"},
             "spec":{"selector":{"app":"{{app}}"},
               "ports":[{"name":"http","port":80,"targetPort":"http"},{"name":"closed","port":81,"targetPort":{{ClosedPort}} }]} }
            """)!.AsObject());
        await UntilReadyAsync(app, replicas);
    }

    public static JsonObject Workload(string place, string kind, string app, int replicas)
    {
        var workload = JsonNode.Parse($$"""
            {"apiVersion":"apps/v1","kind":"{{kind}}","metadata":{"name":"{{app}}","namespace":"{{place}}"},
             "spec":{"selector":{"matchLabels":{"app":"{{app}}"} } } }
            """)!.AsObject();
        workload["spec"]!["template"] = PodTemplate(app);
        if (kind != "DaemonSet")
        {
            workload["spec"]!["replicas"] = replicas;
        }

        if (kind == "StatefulSet")
        {
            workload["spec"]!["serviceName"] = app;
        }

        return workload;
    }

    /// <summary>The pods that are ready behind a Service.</summary>
    public Task<IReadOnlyList<string>> ReadyAsync(string service) => ReadyAsync(Objects, Name, service);

    /// <summary>The pods that are ready behind a Service of a namespace.</summary>
    public static async Task<IReadOnlyList<string>> ReadyAsync(ClusterObjects objects, string place, string service) =>
        [.. (await objects.ListAsync("discovery.k8s.io/v1beta1", "EndpointSlice", place))
            .Where(slice => (string?)slice["metadata"]!["labels"]?["kubernetes.io/service-name"] == service)
            .SelectMany(slice => slice["endpoints"]?.AsArray() ?? [])
            .Where(endpoint => (bool?)endpoint!["conditions"]?["ready"] is true)
            .Select(endpoint => (string)endpoint!["targetRef"]!["name"]!)];

    public Task UntilReadyAsync(string service, int count) =>
        UntilAsync(async () => (await ReadyAsync(service)).Count == count, $"{count} pods ready behind {service}");

    /// <summary>Waits, with a bound, until something holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Token);
        bound.CancelAfter(Limits.Wait);
        while (!await condition())
        {
            Assert.False(bound.IsCancellationRequested, $"not in {Limits.Wait.TotalSeconds} s: {what}");
            await Task.Delay(100, Token);
        }
    }

    /// <summary>Starts a port-forward to a Service on a free port.</summary>
    public async Task<MonitoringPortForward> ForwardAsync(string service, string port = "http") => Assert.Single((await Session.InvokeAsync(
        """
        param($c, $place, $service, $port)
        Start-MonitoringPortForward -Kubeconfig $c -Namespace $place -ServiceName $service -Port $port -LocalPort 0
        """,
        new { c = Kubeconfig, place = Name, service, port })).EnsureNoError().OutputOf<MonitoringPortForward>());

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();

        // What runs next compares what is there before and after.
        await using (new NamespaceController(_admin, name => name == Name, besideReal: true))
        {
            await Objects.EndAsync("v1", "Namespace", null, Name);
        }

        if (_alone is not null)
        {
            await ServerStage.LeaveBareAsync(_alone, _admin);
        }

        _admin.Dispose();
    }

    private static async Task<NodePlace> StartAsync(string kubeconfig, string name, RealNode? alone)
    {
        var place = new NodePlace(kubeconfig, name, await PowerShellSession.StartAsync(), alone);
        await place.Objects.PutAsync(NamespaceOf(name));
        return place;
    }
}
