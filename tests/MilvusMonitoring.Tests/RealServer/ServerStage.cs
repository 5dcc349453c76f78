using System.Text.Json.Nodes;
using EmbeddedCluster;
using k8s;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests;

/// <summary>
/// A stage on a real server, the tests' own or the one that <c>KUBECONFIG_TEST</c> names; it leaves the server as it was.
/// </summary>
internal sealed class ServerStage : ClusterStage
{
    /// <summary>What Kubernetes 1.20, the oldest that is supported, does not serve, and what breaks the request there.</summary>
    private static readonly string[] s_leftOut = ["alertmanager-podDisruptionBudget.yaml", "prometheusAdapter-apiService.yaml"];

    private static readonly string[] s_groups = [".monitoring.coreos.com", ".milvus.io"];

    private readonly NamespaceController? _controller;
    private readonly SentRequests _sent;

    private readonly bool _podsRun;

    private ServerStage(PowerShellSession session, TemporaryFolder folder, string kubeconfig, bool controllersRun, bool podsRun)
        : base(session, folder, kubeconfig)
    {
        _podsRun = podsRun;
        Release = CopyManifests(Stage.Manifests, folder.PathOf("manifests"), file => !s_leftOut.Contains(file));
        _sent = new SentRequests(Admin.Server);
        _controller = controllersRun ? null : new NamespaceController(Admin);
    }

    public override string Release { get; }

    public override string Wait => "";

    public override IReadOnlyList<string> Writes => _sent.Writes;

    public static async Task<ServerStage> StartAsync(RealServer server)
    {
        var kubeconfig = await server.GetAnyKubeconfigAsync();
        var session = await PowerShellSession.StartAsync();
        try
        {
            using var admin = new ServerAdmin(kubeconfig);
            var objects = new ClusterObjects(admin);
            var used = await UseAsync(objects, session, kubeconfig);
            Assert.SkipWhen(server.IsGiven && used is not null, $"{GivenCluster.Variable} names a cluster that has {used} already.");
            Assert.Null(used);
            var controllersRun = await objects.FindAsync("v1", "ServiceAccount", "default", "default") is not null;
            return new ServerStage(session, new TemporaryFolder(), kubeconfig, controllersRun, server.RunsPods);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public override void ForgetWrites() => _sent.Forget();

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
        await Objects.PutAsync(milvus.Service());
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

    public override async ValueTask DisposeAsync()
    {
        try
        {
            (await UninstallAsync("-Force -Timeout 120")).EnsureNoError();
            await EndGrantsAsync();
            await Objects.EndMadeAsync();
            await Objects.EndAsync("v1", "Namespace", null, "monitoring");
            await EndedAsync();
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

        var definitions = (await objects.ListAsync("apiextensions.k8s.io/v1", "CustomResourceDefinition")).Select(definition =>
            (string)definition["metadata"]!["name"]!);
        return definitions.FirstOrDefault(name => s_groups.Any(name.EndsWith)) is { } definition ? $"a definition {definition}"
            : (await session.InvokeAsync("param($c) Get-MilvusInstance -Kubeconfig $c", new { c = kubeconfig }))
                .EnsureNoError()
                .Output.Count > 0
                ? "a Milvus"
            : null;
    }

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
