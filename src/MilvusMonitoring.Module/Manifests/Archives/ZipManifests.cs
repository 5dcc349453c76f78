using System.IO.Compression;
using MilvusMonitoring.IO;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Manifests.Archives;

/// <summary>Reads the manifests out of a zip, in memory only.</summary>
internal static class ZipManifests
{
    private const int FileTypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;

    // COR_E_IO: of .NET itself, which on 8 and 9 says so of a zip that ends too soon. Errors of the system have codes of their own.
    private const int NotOfTheSystem = unchecked((int)0x80131620);

    /// <summary>Reads the manifests.</summary>
    /// <param name="packed">The archive's bytes, seekable; stays open.</param>
    /// <param name="archive">The archive, for messages.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The files, ordered.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ArchiveInvalid"/> or <see cref="ErrorId.ManifestNotFound"/>.</exception>
    public static async Task<IReadOnlyList<ManifestFile>> ReadAsync(Stream packed, string archive, CancellationToken cancellationToken)
    {
        var manifests = new ArchiveManifests(archive);
        try
        {
            using var zip = new ZipArchive(packed, ZipArchiveMode.Read, leaveOpen: true);
            foreach (var entry in zip.Entries)
            {
                // The upper half holds the Unix mode where the zip was made on Unix, else nothing.
                var type = (entry.ExternalAttributes >> 16) & FileTypeMask;
                if (type is not (0 or RegularFile or Folder))
                {
                    throw manifests.Invalid(
                        $"holds '{ArchiveManifests.Shown(entry.FullName)}', which is a link or a device and not a file");
                }

                if (manifests.Accept(entry.FullName) is { } place)
                {
                    manifests.Add(place, await ContentAsync(entry, manifests, cancellationToken).ConfigureAwait(false));
                }
            }
        }
        catch (Exception exception)
            when (exception
                    is InvalidDataException
                        or EndOfStreamException
                        or ArgumentException
                        or NotSupportedException
                        or IOException { HResult: NotOfTheSystem })
        {
            throw manifests.Invalid("is damaged, cut short or encrypted", exception);
        }

        return manifests.Files();
    }

    private static async Task<byte[]> ContentAsync(ZipArchiveEntry entry, ArchiveManifests manifests, CancellationToken cancellationToken)
    {
        // What the entry says of its length is checked by reading no more than that.
        MonitoringException TooLarge() =>
            manifests.Invalid($"holds '{ArchiveManifests.Shown(entry.FullName)}' with more than {ManifestText.MaximumLength / 1048576} MB");
        if (entry.Length > ManifestText.MaximumLength)
        {
            throw TooLarge();
        }

        using var content = new MemoryStream((int)entry.Length);
        using var limited = new LimitedStream(entry.Open(), ManifestText.MaximumLength, TooLarge);
        await limited.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
        var bytes = content.ToArray();
        return bytes.Length == entry.Length && Crc32.Compute(bytes) == entry.Crc32
            ? bytes
            : throw new InvalidDataException("The content is not what the zip's directory says.");
    }
}
