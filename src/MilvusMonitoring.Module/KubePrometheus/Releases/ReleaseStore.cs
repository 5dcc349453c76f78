using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Manifests.Files;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>Gives the manifests of a release: from the cache or downloaded, never without having been verified.</summary>
internal sealed class ReleaseStore
{
    private readonly ReleaseSource _source;
    private readonly ReleaseCache _cache;
    private readonly TimeSpan _firstPause;

    /// <summary>Creates a store.</summary>
    /// <param name="sourcePattern">See <see cref="ReleaseSource"/>.</param>
    /// <param name="cacheFolder">See <see cref="ReleaseCache"/>.</param>
    /// <param name="firstPause">How long to wait before a failed download is tried again; null for 1 s.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: the source is no URL that may be used.</exception>
    public ReleaseStore(string? sourcePattern = null, string? cacheFolder = null, TimeSpan? firstPause = null)
    {
        _source = new ReleaseSource(sourcePattern);
        _cache = new ReleaseCache(cacheFolder);
        _firstPause = firstPause ?? TimeSpan.FromSeconds(1);
    }

    /// <summary>Gives the manifests of a release.</summary>
    /// <param name="release">The release.</param>
    /// <param name="sink">Is told what is being done.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The files, <c>setup/</c> first, then by name.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.DownloadFailed"/>, <see cref="ErrorId.ArchiveInvalid"/> or <see
    /// cref="ErrorId.ReleaseNotVerified"/>.</exception>
    public async Task<IReadOnlyList<ManifestFile>> GetAsync(Release release, IActivitySink sink, CancellationToken cancellationToken)
    {
        if (await _cache.FindAsync(release, sink, cancellationToken).ConfigureAwait(false) is { } cached)
        {
            sink.Verbose($"kube-prometheus {release.Number} is taken from the cache.");
            return cached;
        }

        var origin = ReleaseSource.Shown(_source.UriOf(release));
        sink.Verbose($"Downloading kube-prometheus {release.Number} from {origin}.");
        using var archive = await new ReleaseDownload(release, _source, _firstPause, sink)
            .RunAsync(cancellationToken).ConfigureAwait(false);
        var files = await TarManifests.ReadAsync(archive, origin, cancellationToken).ConfigureAwait(false);
        ReleaseVerification.Verify(release, files, origin);
        await _cache.KeepAsync(release, files, sink, cancellationToken).ConfigureAwait(false);
        return files;
    }

    /// <summary>Saves a release to a file that <c>-Path</c> takes on a machine without access to the source.</summary>
    /// <param name="release">The release.</param>
    /// <param name="destination">A folder that exists, or the path of the file.</param>
    /// <param name="force">Whether a file that is there already is replaced.</param>
    /// <param name="sink">Is told what is being done.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The file, and the images that the release names.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.FileNotWritten"/>, or what <see cref="GetAsync"/> throws.</exception>
    public async Task<SavedRelease> SaveAsync(
        Release release,
        string destination,
        bool force,
        IActivitySink sink,
        CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(
            Directory.Exists(destination) ? Path.Combine(destination, ReleaseArchive.FileName(release)) : destination);
        if (!force && File.Exists(path))
        {
            throw NotWritten(path, "it is there already; use -Force to replace it, or give another path");
        }

        var files = await GetAsync(release, sink, cancellationToken).ConfigureAwait(false);
        var images = ImageReferences.List(ManifestReader.Read(files, cancellationToken));
        try
        {
            await ReleaseArchive.WriteAsync(path, release, files, force, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw NotWritten(path, $"{exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}; give another path", exception);
        }

        return new SavedRelease(path, images);
    }

    private static MonitoringException NotWritten(string path, string reason, Exception? innerException = null) =>
        new(ErrorId.FileNotWritten, $"{path} is not written: {reason}.", path, innerException);
}
