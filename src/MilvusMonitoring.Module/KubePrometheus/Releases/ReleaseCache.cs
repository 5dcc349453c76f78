using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Manifests.Files;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>
/// Keeps the manifests of releases in a folder of the user. What it gives is verified each time, so that nobody has to trust the folder.
/// </summary>
internal sealed class ReleaseCache
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string EnvironmentVariable = "MILVUSMONITORING_CACHE";

    private readonly string? _folder;

    /// <summary>Creates a cache.</summary>
    /// <param name="folder">The folder; null for the one in the environment, or else the user's.</param>
    public ReleaseCache(string? folder = null)
    {
        _folder = folder ?? DefaultFolder();
    }

    /// <summary>Gives a release if it is here and whole.</summary>
    /// <param name="release">The release.</param>
    /// <param name="sink">Is told of a damaged file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The manifests; null where they are not here, or damaged.</returns>
    public async Task<IReadOnlyList<ManifestFile>?> FindAsync(Release release, IActivitySink sink, CancellationToken cancellationToken)
    {
        if (PathOf(release) is not { } path || !File.Exists(path))
        {
            return null;
        }

        try
        {
            // Another process may put a new file in its place meanwhile.
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, useAsync: true);
            await using (stream.ConfigureAwait(false))
            {
                var files = await TarManifests.ReadAsync(stream, path, cancellationToken).ConfigureAwait(false);
                ReleaseVerification.Verify(release, files, path);
                return files;
            }
        }
        catch (Exception exception) when (exception is MonitoringException or IOException or UnauthorizedAccessException)
        {
            sink.Verbose($"The cached {path} is not usable and will be replaced: {exception.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    /// <summary>Keeps a release. A cache that cannot be written is said, not an error.</summary>
    /// <param name="release">The release.</param>
    /// <param name="files">Its verified manifests.</param>
    /// <param name="sink">Is told where it cannot be kept.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A task that ends when it is kept.</returns>
    public async Task KeepAsync(Release release, IReadOnlyList<ManifestFile> files, IActivitySink sink, CancellationToken cancellationToken)
    {
        if (PathOf(release) is not { } path)
        {
            return;
        }

        try
        {
            await ReleaseArchive.WriteAsync(path, release, files, overwrite: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            sink.Verbose($"The release is not kept for the next time: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static string? DefaultFolder()
    {
        if (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } set)
        {
            return set;
        }

        if (
            OperatingSystem.IsLinux()
            && Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cacheHome
            && Path.IsPathRooted(cacheHome))
        {
            return Path.Combine(cacheHome, "MilvusMonitoring");
        }

        // Empty where the process has no home, as in some runbooks: nothing is kept then.
        var root = OperatingSystem.IsLinux()
            ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return root.Length == 0 ? null : Path.Combine(root, OperatingSystem.IsLinux() ? ".cache" : "", "MilvusMonitoring");
    }

    private string? PathOf(Release release) => _folder is null ? null : Path.Combine(_folder, ReleaseArchive.FileName(release));
}
