using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>An embedded cluster, a kubeconfig for it, small manifests, and an engine with the module: what a story of a cmdlet plays on.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private Stage(Cluster cluster, PowerShellSession session)
    {
        Cluster = cluster;
        Session = session;
        Kubeconfig = WriteKubeconfig("admin");
    }

    public Cluster Cluster { get; }

    public PowerShellSession Session { get; }

    /// <summary>The path of an administrator's kubeconfig.</summary>
    public string Kubeconfig { get; }

    /// <summary>The folder that ends with the story.</summary>
    public string Folder => _folder.Path;

    /// <summary>The small manifests that the demo uses too.</summary>
    public static string Manifests { get; } = Path.Combine(BuiltTree.Root, "tests", "Demo", "manifests");

    public static async Task<Stage> StartAsync(ClusterOptions? options = null) =>
        new(await Cluster.StartAsync(options, TestContext.Current.CancellationToken), await PowerShellSession.StartAsync());

    /// <summary>Writes a kubeconfig for another user.</summary>
    public string WriteKubeconfig(string user, params string[] groups) =>
        _folder.Write($"kubeconfig-{user}", System.Text.Encoding.UTF8.GetBytes(Cluster.CreateKubeconfig(user, groups)));

    /// <summary>Writes a file into the story's folder.</summary>
    public string WriteFile(string name, string text) => _folder.Write(name, text);

    /// <summary>Writes a program that a POSIX shell runs.</summary>
    public string WriteScript(string name, string body) => _folder.WriteScript(name, body);

    /// <summary>Writes a kubeconfig whose user gets the credential from a shell script.</summary>
    public string WriteExecKubeconfig(string script)
    {
        var user = File.ReadAllText(Kubeconfig);
        var program = _folder.WriteScript("plugin.sh", script);
        return WriteFile("kubeconfig-exec", user[..user.IndexOf("    client-certificate-data:", StringComparison.Ordinal)] + $"""
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: {program}
                  interactiveMode: IfAvailable

            """);
    }

    /// <summary>Waits, with a bound, until something holds that the cluster's storage does not show.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(10, bound.Token);
        }
    }

    /// <summary>Writes a copy of the manifests with changes made to it.</summary>
    /// <param name="name">The copy's folder.</param>
    /// <param name="change">Is given the folder.</param>
    public string CopyManifests(string name, Action<string> change)
    {
        var target = Path.Combine(Folder, name);
        foreach (var file in Directory.EnumerateFiles(Manifests, "*.yaml", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(Manifests, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        change(target);
        return target;
    }

    /// <summary>Runs <c>Install-KubePrometheus</c> with the small manifests.</summary>
    /// <param name="more">More parameters, as they are typed.</param>
    /// <param name="path">Other manifests.</param>
    /// <param name="kubeconfig">Another kubeconfig.</param>
    public Task<PowerShellResult> InstallAsync(string more = "", string? path = null, string? kubeconfig = null) =>
        Session.InvokeAsync($"param($kubeconfig, $path) Install-KubePrometheus -Kubeconfig $kubeconfig -Path $path {more}", new { kubeconfig = kubeconfig ?? Kubeconfig, path = path ?? Manifests });

    /// <summary>Installs, and fails the test where that has any error.</summary>
    public async Task<KubePrometheusStack> InstalledAsync(string more = "", string? path = null) =>
        Assert.Single((await InstallAsync(more, path)).EnsureNoError().OutputOf<KubePrometheusStack>());

    /// <summary>Runs <c>Uninstall-KubePrometheus</c> without a question.</summary>
    public Task<PowerShellResult> UninstallAsync(string more = "") =>
        Session.InvokeAsync($"param($kubeconfig) Uninstall-KubePrometheus -Kubeconfig $kubeconfig -Confirm:$false {more}", new { kubeconfig = Kubeconfig });

    /// <summary>Runs <c>Get-KubePrometheus</c>.</summary>
    public async Task<IReadOnlyList<KubePrometheusStack>> GetAsync() =>
        (await Session.InvokeAsync("param($kubeconfig) Get-KubePrometheus -Kubeconfig $kubeconfig", new { kubeconfig = Kubeconfig })).EnsureNoError().OutputOf<KubePrometheusStack>();

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Cluster.DisposeAsync();
        _folder.Dispose();
    }
}
