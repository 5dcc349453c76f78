using EmbeddedCluster;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>
/// A cluster, be it embedded or a real server, an administrator's kubeconfig for it, small manifests, and an engine with the module: what a
/// story of a cmdlet plays on.
/// </summary>
internal abstract class ClusterStage : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly ServerAdmin _admin;

    protected ClusterStage(PowerShellSession session, TemporaryFolder folder, string kubeconfig)
    {
        (Session, _folder, Kubeconfig) = (session, folder, kubeconfig);
        _admin = new ServerAdmin(kubeconfig);
        Objects = new ClusterObjects(_admin);
    }

    public PowerShellSession Session { get; }

    /// <summary>The path of an administrator's kubeconfig.</summary>
    public string Kubeconfig { get; }

    /// <summary>The folder that ends with the story.</summary>
    public string Folder => _folder.Path;

    /// <summary>The context of <see cref="Kubeconfig"/>.</summary>
    public string Context => _admin.Context;

    /// <summary>The cluster's objects, as an administrator sees them.</summary>
    public ClusterObjects Objects { get; }

    /// <summary>The folder of the small manifests that this cluster takes.</summary>
    public abstract string Release { get; }

    /// <summary>Has an installation wait, where pods are known to run.</summary>
    public abstract string Wait { get; }

    protected ServerAdmin Admin => _admin;

    /// <summary>What the server was asked to change since <see cref="ForgetWrites"/>.</summary>
    public abstract IReadOnlyList<string> Writes { get; }

    public abstract void ForgetWrites();

    /// <summary>Writes a kubeconfig for another user.</summary>
    public abstract string WriteKubeconfig(string user);

    /// <summary>Puts what of a Milvus runs into the cluster, and waits until its Service has one ready endpoint.</summary>
    public abstract Task PutWorkloadAsync(SampleMilvus milvus);

    /// <summary>Has the workloads of a namespace be ready, and its Prometheus resources be reconciled.</summary>
    public abstract Task ReportReadyAsync(string ns);

    /// <summary>Whether a namespace belongs to tests that play beside the story.</summary>
    public virtual bool IsOfOthers(string? name) => false;

    /// <summary>Writes a file into the story's folder.</summary>
    public string WriteFile(string name, string text) => _folder.Write(name, text);

    /// <summary>Writes a program that a POSIX shell runs.</summary>
    public string WriteScript(string name, string body) => _folder.WriteScript(name, body);

    /// <summary>Writes a copy of the manifests with changes made to it.</summary>
    /// <param name="name">The copy's folder.</param>
    /// <param name="change">Is given the folder.</param>
    public string CopyManifests(string name, Action<string> change)
    {
        var target = CopyManifests(Release, Path.Combine(Folder, name), _ => true);
        change(target);
        return target;
    }

    /// <summary>Has a cluster without monitoring become what a story begins with.</summary>
    public async Task PrepareAsync(StartingPoint point)
    {
        if (point == StartingPoint.Definitions)
        {
            await this.DefineMonitorsAsync();
        }
        else if (point == StartingPoint.Stack)
        {
            await InstalledAsync();
        }
    }

    /// <summary>Writes the manifests of another stack: the same names, in a namespace of its own.</summary>
    public string CopyStack(string ns) => CopyManifests(ns, folder =>
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file).Replace("namespace: monitoring\n", $"namespace: {ns}\n", StringComparison.Ordinal);
            var isNamespace = Path.GetFileName(file) == "namespace.yaml";
            File.WriteAllText(file, isNamespace ? text.Replace("name: monitoring", $"name: {ns}", StringComparison.Ordinal) : text);
        }
    });

    /// <summary>Runs <c>Install-KubePrometheus</c> with the small manifests.</summary>
    /// <param name="more">More parameters, as they are typed.</param>
    /// <param name="path">Other manifests.</param>
    /// <param name="kubeconfig">Another kubeconfig.</param>
    public Task<PowerShellResult> InstallAsync(string more = "", string? path = null, string? kubeconfig = null) =>
        Session.InvokeAsync(
            $"param($kubeconfig, $path) Install-KubePrometheus -Kubeconfig $kubeconfig -Path $path {more}",
            new { kubeconfig = kubeconfig ?? Kubeconfig, path = path ?? Release });

    /// <summary>Installs, and fails the test where that has any error.</summary>
    public async Task<KubePrometheusStack> InstalledAsync(string more = "", string? path = null) =>
        Assert.Single((await InstallAsync(more, path)).EnsureNoError().OutputOf<KubePrometheusStack>());

    /// <summary>Runs <c>Uninstall-KubePrometheus</c> without a question.</summary>
    public Task<PowerShellResult> UninstallAsync(string more = "") =>
        Session.InvokeAsync(
            $"param($kubeconfig) Uninstall-KubePrometheus -Kubeconfig $kubeconfig -Confirm:$false {more}",
            new { kubeconfig = Kubeconfig });

    /// <summary>Runs <c>Get-KubePrometheus</c>.</summary>
    public async Task<IReadOnlyList<KubePrometheusStack>> GetAsync() =>
        (await Session.InvokeAsync("param($kubeconfig) Get-KubePrometheus -Kubeconfig $kubeconfig", new { kubeconfig = Kubeconfig }))
            .EnsureNoError()
            .OutputOf<KubePrometheusStack>();

    /// <summary>
    /// What Tab offers at the end of a command line, but for the files that PowerShell offers where a command has nothing.
    /// </summary>
    public IReadOnlyList<string> Complete(string line) =>
        [
            .. Session
                .Complete(line)
                .Select(completion => completion.CompletionText)
                .Where(text => !text.StartsWith("./", StringComparison.Ordinal) && !text.StartsWith(".\\", StringComparison.Ordinal)),
        ];

    public virtual async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        _admin.Dispose();
        _folder.Dispose();
    }

    /// <summary>Copies manifests, but for the files that are not wanted.</summary>
    protected static string CopyManifests(string source, string target, Func<string, bool> isWanted)
    {
        foreach (
            var file in Directory
                .EnumerateFiles(source, "*.yaml", SearchOption.AllDirectories)
                .Where(file => isWanted(Path.GetFileName(file))))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }
}
