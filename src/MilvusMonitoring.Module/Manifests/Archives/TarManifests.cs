using System.Formats.Tar;
using System.IO.Compression;
using MilvusMonitoring.IO;
using MilvusMonitoring.Manifests.Files;

namespace MilvusMonitoring.Manifests.Archives;

/// <summary>Reads the manifests out of a gzipped tar, in one pass and in memory only.</summary>
internal static class TarManifests
{
    /// <summary>Reads the manifests.</summary>
    /// <param name="packed">The archive's bytes; stays open.</param>
    /// <param name="archive">The archive, for messages.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The files, ordered.</returns>
    /// <exception cref="MonitoringException"><see cref="ErrorId.ArchiveInvalid"/> or <see cref="ErrorId.ManifestNotFound"/>.</exception>
    public static async Task<IReadOnlyList<ManifestFile>> ReadAsync(Stream packed, string archive, CancellationToken cancellationToken)
    {
        var manifests = new ArchiveManifests(archive);
        var unpacked = new LimitedStream(
            new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true),
            ArchiveLimits.MaximumUnpackedBytes,
            () => manifests.Invalid($"unpacks to more than {ArchiveLimits.MaximumUnpackedBytes / 1048576} MB"));
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
                throw manifests.Invalid("is damaged or cut short", exception);
            }
        }

        return manifests.Files();
    }

    private static async Task ReadEntriesAsync(LimitedStream unpacked, ArchiveManifests manifests, CancellationToken cancellationToken)
    {
        var reader = new TarReader(unpacked, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                // Written by git into every archive: the commit id.
                if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
                {
                    continue;
                }

                if (
                    entry.EntryType
                    is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile or TarEntryType.Directory)
                )
                {
                    throw manifests.Invalid(
                        $"holds '{ArchiveManifests.Shown(entry.Name)}', which is a {Words(entry.EntryType)} and not a file");
                }

                if (manifests.Accept(entry.Name) is { } place && entry.EntryType != TarEntryType.Directory)
                {
                    manifests.Add(place, await ContentAsync(entry, manifests, cancellationToken).ConfigureAwait(false));
                }
                else if (entry.DataStream is { } passedOver)
                {
                    // .NET 8 and 9 lose their place where the one byte of an entry is left to them (dotnet/runtime,
                    // TarReader.AdvanceDataStreamIfNeeded).
                    await passedOver.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        // The end of the tar is not the end of the gzip: only its checksum says that nothing was cut off or changed.
        await unpacked.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<byte[]> ContentAsync(TarEntry entry, ArchiveManifests manifests, CancellationToken cancellationToken)
    {
        if (entry.Length > ManifestText.MaximumLength)
        {
            throw manifests.Invalid(
                $"holds '{ArchiveManifests.Shown(entry.Name)}' with more than {ManifestText.MaximumLength / 1048576} MB");
        }

        var content = new byte[entry.Length];
        if (entry.DataStream is { } data)
        {
            await data.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        }

        return content;
    }

    private static string Words(TarEntryType type) => type switch
    {
        TarEntryType.SymbolicLink => "symbolic link",
        TarEntryType.HardLink => "hard link",
        TarEntryType.CharacterDevice or TarEntryType.BlockDevice => "device",
        TarEntryType.Fifo => "named pipe",
        _ => $"tar entry of type {type}",
    };
}
