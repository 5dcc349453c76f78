using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Manifests.Files;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>
/// Keeps the manifests of releases in a folder of the user. Each read verifies them, so that nobody has to trust the folder.
/// </summary>
internal sealed class ReleaseCache
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string EnvironmentVariable = "MILVUSMONITORING_CACHE";

    private readonly string? _folder;

    /// <param name="folder">The folder; null for the folder in the environment variable, or else in the user's profile.</param>
    public ReleaseCache(string? folder = null)
    {
        _folder = folder ?? FindDefaultFolder();
    }

    /// <summary>Finds the manifests of a release.</summary>
    /// <returns>The manifests; null if the cache has none, or the file is damaged.</returns>
    public async Task<IReadOnlyList<ManifestFile>?> ReadAsync(Release release, IActivitySink sink, CancellationToken cancellationToken)
    {
        if (FindPath(release) is not { } path || !File.Exists(path))
        {
            return null;
        }

        try
        {
            // Another process may replace the file meanwhile.
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
            sink.Verbose($"The cached file {path} cannot be used and will be replaced: {exception.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    /// <summary>Keeps a release. A failure to write is a verbose message, not an error.</summary>
    /// <param name="files">The verified manifests.</param>
    public async Task KeepAsync(Release release, IReadOnlyList<ManifestFile> files, IActivitySink sink, CancellationToken cancellationToken)
    {
        if (FindPath(release) is not { } path)
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
            sink.Verbose($"The release could not be cached: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static string? FindDefaultFolder() =>
        Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } set ? set : HomeFolders.Current.FindCache();

    private string? FindPath(Release release) => _folder is null ? null : Path.Combine(_folder, ReleaseArchive.NameFile(release));
}
