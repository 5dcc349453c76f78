using System.Formats.Tar;
using System.IO.Compression;
using MilvusMonitoring.Manifests;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>Packs the manifests of a release, and nothing else, into a gzipped tar that <see cref="ManifestSource"/> reads.</summary>
internal static class ReleaseArchive
{
    /// <summary>Names the file of a release: <c>kube-prometheus-0.18.0.tar.gz</c>.</summary>
    public static string NameFile(Release release) => $"kube-prometheus-{release.Number}.tar.gz";

    /// <summary>Writes the archive in one step: a reader sees the whole file or none.</summary>
    /// <param name="path">The path of the archive. A missing folder is created.</param>
    /// <param name="files">The manifests. The same files result in the same bytes.</param>
    /// <param name="overwrite">Whether to replace an existing file.</param>
    /// <exception cref="IOException">The archive cannot be written, or the file exists.</exception>
    public static async Task WriteAsync(
        string path,
        Release release,
        IReadOnlyList<ManifestFile> files,
        bool overwrite,
        CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var partial = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.partial");
        try
        {
            var stream = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, useAsync: true);
            await using (stream.ConfigureAwait(false))
            {
                await PackAsync(stream, release, files, cancellationToken).ConfigureAwait(false);
            }

            File.Move(partial, path, overwrite);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static async Task PackAsync(
        Stream target,
        Release release,
        IReadOnlyList<ManifestFile> files,
        CancellationToken cancellationToken)
    {
        var packed = new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true);
        await using (packed.ConfigureAwait(false))
        {
            var tar = new TarWriter(packed, TarEntryFormat.Ustar, leaveOpen: true);
            await using (tar.ConfigureAwait(false))
            {
                foreach (var file in ManifestPath.Order(files))
                {
                    using var content = file.Open();
                    var entry = new UstarTarEntry(
                        TarEntryType.RegularFile,
                        $"kube-prometheus-{release.Number}/{ManifestPath.Folder}/{file.Path}")
                    {
                        Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                        ModificationTime = new DateTimeOffset(release.Released.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
                        DataStream = new MemoryStream(content.Bytes.ToArray(), writable: false),
                    };
                    await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }
}
