using MilvusMonitoring.Manifests;

namespace MilvusMonitoring.Benchmarks.Servers;

/// <summary>A release's manifests, from the folder that <c>KUBE_PROMETHEUS_MANIFESTS</c> names.</summary>
internal sealed class StackManifests : IDisposable
{
    private static readonly string? s_releases = Environment.GetEnvironmentVariable("KUBE_PROMETHEUS_MANIFESTS");

    private readonly TemporaryFolder _copy = new();

    private StackManifests()
    {
    }

    /// <summary>A folder with <c>manifests/</c> in it.</summary>
    public string Folder => _copy.Path;

    /// <summary>How many objects they hold.</summary>
    public int Count { get; private set; }

    /// <summary>Why a release is not there; null where it is.</summary>
    public static string? MissingFor(string version) =>
        string.IsNullOrEmpty(s_releases) ? "KUBE_PROMETHEUS_MANIFESTS does not name a folder with kube-prometheus manifests."
        : !Directory.Exists(Path.Combine(s_releases, version)) ? $"{version} is not in KUBE_PROMETHEUS_MANIFESTS."
        : null;

    /// <summary>Where a release lies.</summary>
    public static string FolderOf(string version) => Path.Combine(s_releases!, version);

    /// <summary>Copies a release, without the files of a name where a server cannot take them.</summary>
    public static async Task<StackManifests> CopyAsync(string version, string without, CancellationToken cancellationToken)
    {
        var result = new StackManifests();
        var source = Path.Combine(FolderOf(version), "manifests");
        foreach (var file in Directory.EnumerateFiles(source, "*.yaml", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != without))
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
