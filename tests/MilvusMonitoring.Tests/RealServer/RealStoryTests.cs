namespace MilvusMonitoring.Tests;

/// <summary>Stories of the cmdlets on a real server: one of the tests' own, or any that <c>KUBECONFIG_TEST</c> names. What holds on the embedded cluster has to hold here.</summary>
public sealed class RealStoryTests(RealApiServer server) : IClassFixture<RealApiServer>, IAsyncLifetime
{
    private const string Namespace = "/api/v1/namespaces/monitoring";

    /// <summary>Not served by Kubernetes 1.20, or breaking it.</summary>
    private static readonly string[] LeftOut = ["alertmanager-podDisruptionBudget.yaml", "prometheusAdapter-"];

    private readonly TemporaryFolder _folder = new();
    private PowerShellSession? _session;
    private ServerAdmin? _admin;
    private NamespaceController? _controller;
    private string _kubeconfig = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _kubeconfig = await server.GetAnyKubeconfigAsync();
        _admin = new ServerAdmin(_kubeconfig);
        Assert.SkipWhen(RealApiServer.IsGiven && await _admin.ExistsAsync(Namespace, Cancelled), $"{GivenCluster.Variable} names a cluster that has a namespace 'monitoring' already.");
        if (!RealApiServer.IsGiven)
        {
            _controller = new NamespaceController(_admin);
        }

        foreach (var file in Directory.EnumerateFiles(Commands.Stage.Manifests, "*.yaml", SearchOption.AllDirectories).Where(file => !LeftOut.Any(Path.GetFileName(file).StartsWith)))
        {
            _folder.Write(Path.GetRelativePath(Commands.Stage.Manifests, file), await File.ReadAllBytesAsync(file, Cancelled));
        }

        _session = await PowerShellSession.StartAsync();
    }

    [Fact]
    public async Task A_stack_is_installed_left_alone_mended_brought_up_to_date_and_uninstalled()
    {
        var installed = await StackAsync("Install-KubePrometheus -Path $path");
        Assert.Equal(installed.Resources.Count, installed.Created);
        var again = await StackAsync("Install-KubePrometheus -Path $path");
        Assert.Equal(installed.Resources.Count, again.Unchanged);

        Assert.True(await _admin!.SendAsync(HttpMethod.Delete, $"{Namespace}/serviceaccounts/grafana", null, Cancelled));
        Assert.Equal(1, (await StackAsync("Get-KubePrometheus")).Drifted);
        var mended = await StackAsync("Install-KubePrometheus -Path $path");
        Assert.Equal((1, installed.Resources.Count - 1), (mended.Created, mended.Unchanged));

        var service = _folder.PathOf("grafana-service.yaml");
        await File.WriteAllTextAsync(service, (await File.ReadAllTextAsync(service, Cancelled)).Replace("  labels:\n", "  labels:\n    example.com/next: 'true'\n", StringComparison.Ordinal), Cancelled);
        var next = await StackAsync("Install-KubePrometheus -Path $path");
        Assert.Equal((1, installed.Resources.Count - 1), (next.Configured, next.Unchanged));
        Assert.Equal(0, (await StackAsync("Get-KubePrometheus")).Drifted);

        var removed = await StackAsync("Uninstall-KubePrometheus -Confirm:$false -Timeout 120");
        Assert.Equal(installed.Resources.Count, removed.Deleted);
        Assert.False(await _admin.ExistsAsync(Namespace, Cancelled));
        Assert.Empty((await RunAsync("Get-KubePrometheus")).Output);
    }

    [Fact]
    public async Task Access_is_granted_kept_by_a_re_installation_and_revoked()
    {
        await StackAsync("Install-KubePrometheus -Path $path");
        foreach (var method in (string[])["ClusterRole", "Binding"])
        {
            Assert.NotEqual(ResourceAction.Unchanged, await AccessAsync($"Grant-PrometheusMilvusAccess -Method {method}"));
            Assert.Equal(ResourceAction.Unchanged, await AccessAsync($"Grant-PrometheusMilvusAccess -Method {method}"));
        }

        var again = await StackAsync("Install-KubePrometheus -Path $path");
        Assert.Equal(again.Resources.Count, again.Unchanged);
        Assert.Equal(ResourceAction.Deleted, await AccessAsync("Revoke-PrometheusMilvusAccess -Method Binding"));
        Assert.Equal(ResourceAction.Configured, await AccessAsync("Revoke-PrometheusMilvusAccess"));
        Assert.Equal(0, (await StackAsync("Get-KubePrometheus")).Drifted);
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
        {
            await _session.InvokeAsync("param($kubeconfig) Uninstall-KubePrometheus -Kubeconfig $kubeconfig -Confirm:$false -Timeout 120", new { kubeconfig = _kubeconfig });
            await _session.DisposeAsync();
        }

        if (_controller is not null)
        {
            await _controller.DisposeAsync();
        }

        _admin?.Dispose();
        _folder.Dispose();
    }

    private async Task<KubePrometheusStack> StackAsync(string command) => Assert.Single((await RunAsync(command)).OutputOf<KubePrometheusStack>());

    private async Task<ResourceAction> AccessAsync(string command) => Assert.Single((await RunAsync(command)).OutputOf<PrometheusAccess>()).Action;

    private async Task<PowerShellResult> RunAsync(string command) =>
        (await _session!.InvokeAsync($"param($kubeconfig, $path) {command} -Kubeconfig $kubeconfig", new { kubeconfig = _kubeconfig, path = _folder.Path })).EnsureNoError();
}
