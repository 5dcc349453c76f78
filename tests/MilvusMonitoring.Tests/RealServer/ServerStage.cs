using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using k8s;
using MilvusMonitoring.Manifests.Yaml;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests;

/// <summary>
/// A stage on a real server, the tests' own or the one that <c>KUBECONFIG_TEST</c> names; it leaves the server as it was.
/// </summary>
internal sealed class ServerStage : ClusterStage
{
    /// <summary>What Kubernetes 1.20, the oldest that is supported, does not serve, and what breaks the request there.</summary>
    private static readonly string[] s_leftOut = ["alertmanager-podDisruptionBudget.yaml", "prometheusAdapter-apiService.yaml"];

    private const string Monitoring = "monitoring.coreos.com/v1";
    private const string DefinitionFiles = "*CustomResourceDefinition.yaml";

    /// <summary>The kinds of the CRDs of the small manifests.</summary>
    private static readonly string[] s_kinds = ["Prometheus", "Alertmanager", "PrometheusRule", "ServiceMonitor", "PodMonitor"];

    /// <summary>What controllers and the operator report of workloads that run.</summary>
    private static readonly (string Path, string Status)[] s_reports =
    [
        (
            "/apis/apps/v1/namespaces/{0}/deployments",
            """{"observedGeneration":1,"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1}"""
        ),
        (
            "/apis/monitoring.coreos.com/v1/namespaces/{0}/prometheuses",
            """
            {"replicas":1,"updatedReplicas":1,"availableReplicas":1,"unavailableReplicas":0,"paused":false,"conditions":[
              {"type":"Available","status":"True"},{"type":"Reconciled","status":"True"}]}
            """
        ),
    ];

    private static readonly string[] s_groups = [".monitoring.coreos.com", ".milvus.io"];

    private readonly NamespaceController? _controller;
    private readonly SentRequests _sent;

    private readonly RealServer _server;
    private readonly bool _podsRun;
    private readonly bool _hasDefinitions;
    private StartingPoint? _begunFrom;

    private ServerStage(
        PowerShellSession session,
        TemporaryFolder folder,
        string kubeconfig,
        bool controllersRun,
        RealServer server,
        StartingPoint point)
        : base(session, folder, kubeconfig)
    {
        (_server, _podsRun, _hasDefinitions) = (server, server.RunsPods, point != StartingPoint.Bare);
        _sent = new SentRequests(Admin.Server);

        // On the node, NodeControllerTests has the real controller end a namespace.
        _controller = controllersRun && !_podsRun ? null : new NamespaceController(Admin, name => !IsOfOthers(name), _podsRun);
    }

    /// <remarks>One copy for all stories, since an inventory names the folder that a stack came from.</remarks>
    public override string Release => _hasDefinitions ? _server.ReleaseWithoutDefinitions : _server.Release;

    public override string Wait => "";

    public override IReadOnlyList<string> Writes => _sent.Writes;

    public static async Task<ServerStage> StartAsync(RealServer server, StartingPoint point)
    {
        var kubeconfig = await server.GetAnyKubeconfigAsync();
        var session = await PowerShellSession.StartAsync();
        ServerStage stage;
        try
        {
            using var admin = new ServerAdmin(kubeconfig);
            var controllersRun = await new ClusterObjects(admin).FindAsync("v1", "ServiceAccount", "default", "default") is not null;
            stage = new ServerStage(session, new TemporaryFolder(), kubeconfig, controllersRun, server, point);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }

        try
        {
            await stage.BeginAsync(point);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes away what others have left on a server, for a test that is no story.</summary>
    /// <remarks>A test that does not come to <see cref="LeaveBareAsync"/> leaves the next one to do so, too.</remarks>
    public static async Task ClearAsync(RealServer server)
    {
        if (server.Left != StartingPoint.Bare)
        {
            await using var stage = await StartAsync(server, StartingPoint.Bare);
        }

        server.Left = StartingPoint.Unknown;
    }

    /// <summary>Lets the next test do without taking away anything, if a test that is no story has left nothing.</summary>
    public static async Task LeaveBareAsync(RealServer server, ServerAdmin admin)
    {
        var objects = new ClusterObjects(admin);
        var isBare = await objects.FindAsync("v1", "Namespace", null, "monitoring") is null && await DefinitionsAsync(objects) is [];
        server.Left = isBare ? StartingPoint.Bare : StartingPoint.Unknown;
    }

    /// <summary>Copies the small manifests that every server takes.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="withDefinitions">Whether the CRDs are copied too.</param>
    public static string CopyRelease(string folder, bool withDefinitions) => CopyManifests(Stage.Manifests, folder, file =>
        !s_leftOut.Contains(file) && (withDefinitions || !file.EndsWith(DefinitionFiles[1..], StringComparison.Ordinal)));

    public override void ForgetWrites() => _sent.Forget();

    public override bool IsOfOthers(string? name) => _podsRun && NodePlace.IsBeside(name);

    public override string WriteKubeconfig(string user)
    {
        var configuration = KubernetesClientConfiguration.LoadKubeConfig(Kubeconfig);
        foreach (var entry in configuration.Users)
        {
            entry.UserCredentials.Impersonate = user;
        }

        return WriteFile($"kubeconfig-{user}", KubernetesYaml.Serialize(configuration));
    }

    /// <remarks>
    /// Where no image is known to be had, its Deployment stays away and the endpoint is made up, which every server takes.
    /// </remarks>
    public override async Task PutWorkloadAsync(SampleMilvus milvus)
    {
        if (_podsRun)
        {
            await PutPodsAsync(milvus);
            return;
        }

        // Kubernetes 1.20 serves the older version only.
        var version = await Objects.TellsOfAsync("discovery.k8s.io/v1", "EndpointSlice") ? "v1" : "v1beta1";
        await Objects.PutAsync(
            JsonNode
                .Parse(
                    $$"""
                    {"apiVersion":"discovery.k8s.io/{{version}}","kind":"EndpointSlice","addressType":"IPv4",
                     "metadata":{"name":"{{milvus.Name}}-milvus-by-hand","namespace":"{{milvus.Namespace}}","labels":{"kubernetes.io/service-name":"{{milvus.Name}}-milvus"} },
                     "endpoints":[{"addresses":["10.1.0.1"],"conditions":{"ready":true} }],"ports":[{"name":"metrics","port":9091,"protocol":"TCP"}]}
                    """
                )!
                .AsObject());
    }

    /// <remarks>Without controllers nobody reports anything, so that the stage does.</remarks>
    public override async Task ReportReadyAsync(string ns)
    {
        foreach (var (pattern, status) in s_reports)
        {
            var path = string.Format(CultureInfo.InvariantCulture, pattern, ns);
            using var list = await Admin.GetAsync(path, TestContext.Current.CancellationToken);
            foreach (var item in list.RootElement.GetProperty("items").EnumerateArray())
            {
                var name = item.GetProperty("metadata").GetProperty("name");
                var (code, text) = await Admin.AskAsync(
                    HttpMethod.Patch,
                    $"{path}/{name}/status",
                    $$"""{"status":{{status}}}""",
                    TestContext.Current.CancellationToken,
                    "application/merge-patch+json");
                Assert.True(code == HttpStatusCode.OK, text);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (_begunFrom is { } point)
            {
                SetLeft(await RestoreAsync(point));
            }
        }
        finally
        {
            if (_controller is not null)
            {
                await _controller.DisposeAsync();
            }

            _sent.Dispose();
            await base.DisposeAsync();
        }
    }

    private async Task BeginAsync(StartingPoint point)
    {
        if (_server.Left != point)
        {
            await ReachAsync(point);
        }

        SetLeft(StartingPoint.Unknown);
        _begunFrom = point;
        _sent.Forget();
    }

    /// <summary>Makes of what the last story left what this one begins with.</summary>
    private async Task ReachAsync(StartingPoint point)
    {
        var left = _server.Left;
        SetLeft(StartingPoint.Unknown);
        if (left == StartingPoint.Stack && point != StartingPoint.Bare)
        {
            await ClearStackAsync();
        }
        else if (left != StartingPoint.Bare && (left == StartingPoint.Unknown || point == StartingPoint.Bare))
        {
            await ClearAsync();
            left = StartingPoint.Bare;
        }

        if (left == StartingPoint.Bare)
        {
            var used = await UseAsync(Objects, Session, Kubeconfig);
            Assert.SkipWhen(_server.IsGiven && used is not null, $"{GivenCluster.Variable} names a cluster that has {used} already.");
            Assert.Null(used);
            if (point != StartingPoint.Bare)
            {
                await DefineAsync();
            }
        }

        if (point == StartingPoint.Stack)
        {
            await InstalledAsync();
        }
    }

    /// <summary>Adds the CRDs of the small manifests, and waits until discovery tells of them.</summary>
    private async Task DefineAsync()
    {
        foreach (var file in Directory.EnumerateFiles(_server.Release, DefinitionFiles, SearchOption.AllDirectories))
        {
            var text = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            foreach (var document in YamlConverter.Convert(file, text, TestContext.Current.CancellationToken))
            {
                await Objects.PutAsync(JsonNode.Parse(document.Json.Span)!.AsObject());
            }
        }

        foreach (var kind in s_kinds)
        {
            await NodePlace.UntilAsync(() => Objects.TellsOfAsync(Monitoring, kind), $"discovery tells of {kind}");
        }

        Objects.KeepMade();
    }

    /// <summary>On a cluster of others, each story begins and ends with nothing.</summary>
    private void SetLeft(StartingPoint point) => _server.Left = _server.IsGiven ? StartingPoint.Bare : point;

    /// <summary>Makes the server be as it was when the story began, or as near to it as costs no change of a CRD.</summary>
    /// <returns>What the server has then.</returns>
    private async Task<StartingPoint> RestoreAsync(StartingPoint point)
    {
        if (_server.IsGiven || point == StartingPoint.Bare)
        {
            await ClearAsync();
            return StartingPoint.Bare;
        }

        await EndGrantsAsync();
        await Objects.EndMadeAsync();
        await EndResourcesAsync(place => place != "monitoring");
        await EndedAsync();
        if (point == StartingPoint.Stack && await IsStackRestoredAsync())
        {
            return point;
        }

        await ClearStackAsync();
        return StartingPoint.NoStack;
    }

    private async Task<bool> IsStackRestoredAsync()
    {
        if (await GetAsync() is [])
        {
            return false;
        }

        // A role that is made anew has lost what was granted by it.
        await Objects.EndAsync("rbac.authorization.k8s.io/v1", "ClusterRole", null, "prometheus-k8s");
        var after = await InstalledAsync("-ForceConflicts");
        return after.Resources.All(resource => resource.Action != ResourceAction.Skipped)
            && (await GetAsync()).Single().Drifted == 0;
    }

    /// <summary>Takes away all that stories make but the CRDs.</summary>
    private async Task ClearStackAsync()
    {
        if (await GetAsync() is not [])
        {
            (await UninstallAsync("-Force -Timeout 120")).EnsureNoError();
        }

        await EndGrantsAsync();
        await Objects.EndMadeAsync();
        await Objects.EndAsync("v1", "Namespace", null, "monitoring");
        await EndResourcesAsync(_ => true);
        await EndedAsync();
    }

    /// <summary>Takes away the custom resources in some namespaces.</summary>
    private async Task EndResourcesAsync(Func<string, bool> isMeant)
    {
        foreach (var kind in s_kinds)
        {
            foreach (var metadata in (await Objects.ListAsync(Monitoring, kind)).Select(item => item["metadata"]!))
            {
                if (isMeant((string)metadata["namespace"]!))
                {
                    await Objects.EndAsync(Monitoring, kind, (string)metadata["namespace"]!, (string)metadata["name"]!);
                }
            }
        }
    }

    /// <summary>Takes away all that stories make.</summary>
    private async Task ClearAsync()
    {
        await ClearStackAsync();
        if (!_server.IsGiven)
        {
            await Objects.EndAsync("v1", "Namespace", null, "milvus");
        }

        foreach (var name in await DefinitionsAsync(Objects))
        {
            await Objects.EndAsync("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, name);
        }
    }

    /// <summary>Runs a web server in its place, behind the port of its metrics.</summary>
    private async Task PutPodsAsync(SampleMilvus milvus)
    {
        var deployment = milvus.Deployment();
        var pod = deployment["spec"]!["template"]!["spec"]!;
        var container = pod["containers"]![0]!;
        container["image"] = RealNode.WebImage;
        container["env"] = new JsonArray(new JsonObject { ["name"] = "PORT", ["value"] = $"{container["ports"]![0]!["containerPort"]}" });
        await Objects.PutAsync(deployment);
        await NodePlace.UntilAsync(
            async () => (await NodePlace.ReadyAsync(Objects, milvus.Namespace, $"{milvus.Name}-milvus")).Count > 0,
            $"{milvus.Name} is ready");
    }

    /// <summary>What a story must not find, for it would change or remove it; null where there is nothing.</summary>
    private static async Task<string?> UseAsync(ClusterObjects objects, PowerShellSession session, string kubeconfig)
    {
        if (await objects.FindAsync("v1", "Namespace", null, "monitoring") is not null)
        {
            return "a namespace 'monitoring'";
        }

        return await DefinitionsAsync(objects) is [var definition, ..] ? $"a definition {definition}"
            : (await session.InvokeAsync("param($c) Get-MilvusInstance -Kubeconfig $c", new { c = kubeconfig }))
                .EnsureNoError()
                .Output.Count > 0
                ? "a Milvus"
            : null;
    }

    /// <summary>The names of the CRDs that stories make.</summary>
    private static async Task<IReadOnlyList<string>> DefinitionsAsync(ClusterObjects objects) =>
        [.. (await objects.ListAsync("apiextensions.k8s.io/v1", "CustomResourceDefinition"))
            .Select(definition => (string)definition["metadata"]!["name"]!)
            .Where(name => s_groups.Any(name.EndsWith))];

    /// <summary>Waits until nothing is left of what controllers made in the namespace that stays: the next story may compare.</summary>
    private async Task EndedAsync()
    {
        if (_podsRun)
        {
            await NodePlace.UntilAsync(
                async () =>
                {
                    // The kubelet would take up to 10 s to say that they have ended.
                    const string Pods = "/api/v1/namespaces/default/pods?gracePeriodSeconds=0";
                    await Admin.SendAsync(HttpMethod.Delete, Pods, null, TestContext.Current.CancellationToken);
                    return (await Objects.ListAsync("v1", "Pod", "default")).Count == 0
                        && (await Objects.ListAsync("discovery.k8s.io/v1beta1", "EndpointSlice", "default")).Count == 1;
                },
                "the namespace 'default' is as it was");
        }
    }

    /// <summary>Uninstall leaves what Grant has made beside the stack.</summary>
    private async Task EndGrantsAsync()
    {
        foreach (var kind in (string[])["ClusterRoleBinding", "ClusterRole", "RoleBinding", "Role"])
        {
            foreach (var metadata in (await Objects.ListAsync("rbac.authorization.k8s.io/v1", kind)).Select(item => item["metadata"]!))
            {
                if (((string)metadata["name"]!).StartsWith("milvus-monitoring-prometheus-", StringComparison.Ordinal))
                {
                    await Objects.EndAsync("rbac.authorization.k8s.io/v1", kind, (string?)metadata["namespace"], (string)metadata["name"]!);
                }
            }
        }
    }
}
