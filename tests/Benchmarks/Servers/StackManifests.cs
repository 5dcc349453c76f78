using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.Benchmarks.Servers;

/// <summary>A release's manifests, from the folder that <c>KUBE_PROMETHEUS_MANIFESTS</c> names.</summary>
internal sealed class StackManifests : IDisposable
{
    private static readonly string? s_releases = Environment.GetEnvironmentVariable("KUBE_PROMETHEUS_MANIFESTS");

    private readonly TemporaryFolder _copy = new();

    private StackManifests(string title) => Title = title;

    /// <summary>Which they are, in words.</summary>
    public string Title { get; }

    /// <summary>A folder with <c>manifests/</c> in it.</summary>
    public string Folder => _copy.Path;

    /// <summary>How many objects they hold.</summary>
    public int Count { get; private set; }

    /// <summary>Why no release is there; null where some may be.</summary>
    public static string? Missing =>
        string.IsNullOrEmpty(s_releases) ? "KUBE_PROMETHEUS_MANIFESTS does not name a folder with kube-prometheus manifests." : null;

    /// <summary>Why a release is not there; null where it is.</summary>
    public static string? MissingFor(string version) =>
        Missing ?? (!Directory.Exists(FolderOf(version)) ? $"{version} is not in KUBE_PROMETHEUS_MANIFESTS." : null);

    /// <summary>The newest release there that is made for a Kubernetes.</summary>
    /// <exception cref="BenchmarkException">There is none.</exception>
    public static string NewestFor(KubernetesVersion kubernetes) =>
        ReleaseCatalog.All.FirstOrDefault(release => release.Supports(kubernetes) && MissingFor(release.Version) is null)?.Version
            ?? throw new BenchmarkException($"KUBE_PROMETHEUS_MANIFESTS has no release for Kubernetes {kubernetes}.");

    /// <summary>Where a release lies.</summary>
    public static string FolderOf(string version) => Path.Combine(s_releases!, version);

    /// <summary>Copies a release, without its APIService where a server cannot take that.</summary>
    public static async Task<StackManifests> CopyAsync(string version, bool withApiService, CancellationToken cancellationToken)
    {
        var result = new StackManifests(withApiService ? version : version + " without its APIService");
        var source = Path.Combine(FolderOf(version), "manifests");
        foreach (
            var file in Directory
                .EnumerateFiles(source, "*.yaml", SearchOption.AllDirectories)
                .Where(file => withApiService || !Path.GetFileName(file).EndsWith("-apiService.yaml", StringComparison.Ordinal)))
        {
            var target = Path.Combine(result.Folder, "manifests", Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        result.Count = ManifestReader.Read(await ManifestSource.ReadAsync(result.Folder, cancellationToken), cancellationToken).Count;
        return result;
    }

    public void Dispose() => _copy.Dispose();
}
