using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Archives;
using MilvusMonitoring.Manifests.Files;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>A release that was saved for an offline machine.</summary>
/// <param name="Path">The full path of the file.</param>
/// <param name="Images">Every image that the release names. The offline machine's registry needs them.</param>
internal sealed record SavedRelease(string Path, IReadOnlyList<string> Images);

/// <summary>Gets the verified manifests of a release, from the cache or by download.</summary>
internal sealed class ReleaseStore
{
    private readonly ReleaseSource _source;
    private readonly ReleaseCache _cache;
    private readonly TimeSpan _firstPause;

    /// <param name="sourcePattern">See <see cref="ReleaseSource"/>.</param>
    /// <param name="cacheFolder">See <see cref="ReleaseCache"/>.</param>
    /// <param name="firstPause">The pause before the first retry of a failed download; null for 1 s.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ParameterInvalid"/>: the source is not an allowed URL.</exception>
    public ReleaseStore(string? sourcePattern = null, string? cacheFolder = null, TimeSpan? firstPause = null)
    {
        _source = new ReleaseSource(sourcePattern);
        _cache = new ReleaseCache(cacheFolder);
        _firstPause = firstPause ?? TimeSpan.FromSeconds(1);
    }

    /// <summary>Gets the manifests of a release.</summary>
    /// <returns>The files, <c>setup/</c> first, then by name.</returns>
    /// <exception cref="MonitoringException">
    /// <see cref="ErrorId.DownloadFailed"/>, <see cref="ErrorId.ArchiveInvalid"/> or <see cref="ErrorId.ReleaseNotVerified"/>.
    /// </exception>
    public async Task<IReadOnlyList<ManifestFile>> ReadAsync(Release release, IActivitySink sink, CancellationToken cancellationToken)
    {
        if (await _cache.ReadAsync(release, sink, cancellationToken).ConfigureAwait(false) is { } cached)
        {
            sink.Verbose($"Using the cached kube-prometheus {release.Number}.");
            return cached;
        }

        var origin = ReleaseSource.Redact(_source.UriOf(release));
        sink.Verbose($"Downloading kube-prometheus {release.Number} from {origin}.");
        using var archive = await new ReleaseDownload(release, _source, _firstPause, sink)
            .RunAsync(cancellationToken).ConfigureAwait(false);
        var files = await TarManifests.ReadAsync(archive, origin, cancellationToken).ConfigureAwait(false);
        ReleaseVerification.Verify(release, files, origin);
        await _cache.KeepAsync(release, files, sink, cancellationToken).ConfigureAwait(false);
        return files;
    }

    /// <summary>Saves a release to a file that <c>-Path</c> accepts on a machine without access to the source.</summary>
    /// <param name="destination">An existing folder, or the path of the file.</param>
    /// <param name="force">Whether to replace an existing file.</param>
    /// <exception cref="MonitoringException"><see cref="ErrorId.FileNotWritten"/>, or what <see cref="ReadAsync"/> throws.</exception>
    public async Task<SavedRelease> SaveAsync(
        Release release,
        string destination,
        bool force,
        IActivitySink sink,
        CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(
            Directory.Exists(destination) ? Path.Combine(destination, ReleaseArchive.NameFile(release)) : destination);
        if (!force && File.Exists(path))
        {
            throw CreateNotWritten(path, "the file exists", "use -Force to replace the file, or give another path");
        }

        var files = await ReadAsync(release, sink, cancellationToken).ConfigureAwait(false);
        var images = ImageReferences.List(ManifestReader.Read(files, cancellationToken));
        try
        {
            await ReleaseArchive.WriteAsync(path, release, files, force, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw CreateNotWritten(path, exception.Message.ReplaceLineEndings(" ").TrimEnd('.'), "give another path", exception);
        }

        return new SavedRelease(path, images);
    }

    private static MonitoringException CreateNotWritten(string path, string reason, string remedy, Exception? innerException = null) =>
        new(ErrorId.FileNotWritten, $"{path} is not written: {reason}", remedy, path, innerException);
}

/// <summary>Compares manifests with the git tree id in the catalog.</summary>
internal static class ReleaseVerification
{
    /// <summary>Verifies that manifests are those of a release, byte by byte.</summary>
    /// <param name="origin">Where the manifests come from, for the message.</param>
    /// <exception cref="MonitoringException">
    /// <see cref="ErrorId.ReleaseNotVerified"/>, with the expected and the actual tree id.
    /// </exception>
    public static void Verify(Release release, IReadOnlyList<ManifestFile> files, string origin)
    {
        var found = GitTreeId.Compute([.. files.Select(file => (file.Path, ComputeId(file)))]);
        if (found != release.ManifestsTreeId)
        {
            throw new MonitoringException(
                ErrorId.ReleaseNotVerified,
                $"{origin} does not contain kube-prometheus {release.Number}: the git tree of its manifests is {found}, "
                    + $"expected {release.ManifestsTreeId}. Nothing was applied",
                "find out who changed the manifests, or give manifests that you trust with -Path",
                origin);
        }
    }

    private static byte[] ComputeId(ManifestFile file)
    {
        using var content = file.Open();
        return GitTreeId.ComputeFile(content.Bytes.Span);
    }
}
