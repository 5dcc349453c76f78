using System.IO.Compression;
using MilvusMonitoring.IO;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Manifests.Archives;

/// <summary>Reads the manifests of a zip, in memory only.</summary>
internal static class ZipManifests
{
    private const int FileTypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;

    // COR_E_IO: .NET 8 and 9 report a zip that ends too soon with this code. Errors of the operating system have other codes.
    private const int DotNetIOError = unchecked((int)0x80131620);

    /// <param name="packed">The archive's bytes, seekable. The stream stays open.</param>
    /// <param name="archive">The name of the archive, for messages.</param>
    /// <returns>The files, ordered.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ArchiveInvalid"/> or <see cref="ErrorId.ManifestNotFound"/>.</exception>
    public static async Task<ManifestFiles> ReadAsync(Stream packed, string archive, CancellationToken cancellationToken)
    {
        var manifests = new ArchiveManifests(archive);
        await EnsureFewEntriesAsync(packed, manifests, cancellationToken).ConfigureAwait(false);
        try
        {
            using var zip = new ZipArchive(packed, ZipArchiveMode.Read, leaveOpen: true);
            foreach (var entry in zip.Entries)
            {
                // The upper half is the Unix mode if the zip was created on Unix, else 0.
                var type = (entry.ExternalAttributes >> 16) & FileTypeMask;
                if (type is not (0 or RegularFile or Folder))
                {
                    throw manifests.CreateInvalid(
                        $"contains '{ArchiveManifests.Clean(entry.FullName)}', which is a link or a device and not a file");
                }

                if (manifests.Accept(entry.FullName) is { } path)
                {
                    manifests.Add(path, await ReadContentAsync(entry, manifests, cancellationToken).ConfigureAwait(false));
                }
            }
        }
        catch (Exception exception)
            when (exception
                    is InvalidDataException
                        or EndOfStreamException
                        or ArgumentException
                        or NotSupportedException
                        or IOException { HResult: DotNetIOError })
        {
            throw manifests.CreateInvalid("is damaged, incomplete or encrypted", exception);
        }

        return manifests.ListFiles();
    }

    // ZipArchive reads its whole directory first, and the number of entries there may be wrong: count what the directory can have.
    private static async Task EnsureFewEntriesAsync(Stream packed, ArchiveManifests manifests, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        var (count, kept) = (0, 0);
        while (await packed.ReadAsync(buffer.AsMemory(kept), cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            var block = buffer.AsMemory(0, kept + read);
            count += block.Span.Count("PK\x01\x02"u8);
            kept = Math.Min(block.Length, 3);
            block[^kept..].CopyTo(buffer);
        }

        packed.Position = 0;
        if (count > Bounds.ArchiveEntries.Limit)
        {
            throw manifests.CreateInvalid($"has more than {Bounds.ArchiveEntries}");
        }
    }

    private static async Task<byte[]> ReadContentAsync(
        ZipArchiveEntry entry,
        ArchiveManifests manifests,
        CancellationToken cancellationToken)
    {
        // The length in the zip's directory may be wrong, so the stream is limited as well.
        MonitoringException CreateTooLarge() => manifests.CreateInvalid(
            $"contains '{ArchiveManifests.Clean(entry.FullName)}' with more than {Bounds.Manifest}");
        if (entry.Length > Bounds.Manifest.Limit)
        {
            throw CreateTooLarge();
        }

        using var content = new MemoryStream((int)entry.Length);
        using var limited = new LimitedStream(entry.Open(), Bounds.Manifest.Limit, CreateTooLarge);
        await limited.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
        var bytes = content.ToArray();
        return bytes.Length == entry.Length && Crc32.Compute(bytes) == entry.Crc32
            ? bytes
            : throw new InvalidDataException("The content does not match the zip's directory.");
    }
}
