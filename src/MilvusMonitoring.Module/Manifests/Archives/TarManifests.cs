using System.Formats.Tar;
using System.IO.Compression;
using MilvusMonitoring.IO;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Manifests.Archives;

/// <summary>Reads the manifests of a gzipped tar, in one pass and in memory only.</summary>
internal static class TarManifests
{
    /// <param name="packed">The archive's bytes. The stream stays open.</param>
    /// <param name="archive">The name of the archive, for messages.</param>
    /// <returns>The files, ordered.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ArchiveInvalid"/> or <see cref="ErrorId.ManifestNotFound"/>.</exception>
    public static async Task<ManifestFiles> ReadAsync(Stream packed, string archive, CancellationToken cancellationToken)
    {
        var manifests = new ArchiveManifests(archive);
        var unpacked = new LimitedStream(
            new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true),
            Bounds.ArchiveContent.Limit,
            () => manifests.CreateInvalid($"unpacks to more than {Bounds.ArchiveContent}"));
        await using (unpacked.ConfigureAwait(false))
        {
            try
            {
                await ReadEntriesAsync(unpacked, manifests, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
                when (exception
                        is InvalidDataException
                            or EndOfStreamException
                            or FormatException
                            or ArgumentException
                            or InvalidOperationException
                            or OverflowException
                            or OutOfMemoryException)
            {
                throw manifests.CreateInvalid("is damaged or incomplete", exception);
            }
        }

        return manifests.ListFiles();
    }

    private static async Task ReadEntriesAsync(LimitedStream unpacked, ArchiveManifests manifests, CancellationToken cancellationToken)
    {
        var guarded = new TarGuard(unpacked, () => manifests.CreateInvalid($"has a header with more than {Bounds.ArchiveHeader}"));
        var reader = new TarReader(guarded, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                // git writes the commit id into every archive.
                if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
                {
                    continue;
                }

                if (!IsAllowed(entry.EntryType))
                {
                    throw manifests.CreateInvalid(
                        $"contains '{ArchiveManifests.Clean(entry.Name)}', which is a {Describe(entry.EntryType)} and not a file");
                }

                // A folder may be called as a manifest is, and the slash at its end may be missing.
                var name = entry.EntryType == TarEntryType.Directory ? entry.Name + "/" : entry.Name;
                if (manifests.Accept(name) is { } path)
                {
                    manifests.Add(path, await ReadContentAsync(entry, manifests, cancellationToken).ConfigureAwait(false));
                }
                else if (entry.DataStream is { } ignored)
                {
                    // .NET 8 and 9 lose their position if an entry of one byte is not read (dotnet/runtime,
                    // TarReader.AdvanceDataStreamIfNeeded).
                    await ignored.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        // The end of the tar is not the end of the gzip. Only the checksum of the gzip proves that the archive is complete and unchanged.
        await unpacked.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<byte[]> ReadContentAsync(TarEntry entry, ArchiveManifests manifests, CancellationToken cancellationToken)
    {
        if (entry.Length > Bounds.Manifest.Limit)
        {
            throw manifests.CreateInvalid(
                $"contains '{ArchiveManifests.Clean(entry.Name)}' with more than {Bounds.Manifest}");
        }

        var content = new byte[entry.Length];
        if (entry.DataStream is { } data)
        {
            await data.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        }

        return content;
    }

    private static bool IsAllowed(TarEntryType type) =>
        type is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile or TarEntryType.Directory;

    private static string Describe(TarEntryType type) => type switch
    {
        TarEntryType.SymbolicLink => "symbolic link",
        TarEntryType.HardLink => "hard link",
        TarEntryType.CharacterDevice or TarEntryType.BlockDevice => "device",
        TarEntryType.Fifo => "named pipe",
        _ => $"tar entry of type {type}",
    };
}
