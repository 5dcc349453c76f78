using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using MilvusMonitoring.Manifests.Archives;

namespace MilvusMonitoring.Campaigns.Fuzzing.Targets;

/// <summary>Archives: what is in them, how they are packed, and the packed bytes are spoilt.</summary>
internal static class ArchiveTargets
{
    private static readonly string[] Names =
    [
        "manifests/a.yaml",
        "manifests/setup/b.yaml",
        "kube-prometheus-1/manifests/c.yaml",
        "kube-prometheus-1/manifests/setup/d.yaml",
        "a.yaml",
        "../e.yaml",
        "/f.yaml",
        "manifests/",
        "manifests/./g.yaml",
        "manifests\\h.yaml",
        "C:\\i.yaml",
        "x/manifests/a.yaml",
        "README.md",
        "manifests/a.yaml",
        "manifests/\u0001.yaml",
        "..",
        ".",
        "a/b/c/d/e.yaml",
        new string('a', 300) + ".yaml",
    ];

    public static async ValueTask TryTarAsync(Random random, CancellationToken cancellationToken)
    {
        await TryWholeTarAsync(random, cancellationToken).ConfigureAwait(false);
        var tar = Tar(random);
        if (random.Next(3) > 0)
        {
            Spoil(tar, random);
        }

        using var packed = Packed(tar, random.Next(5) == 0 ? random.Next(tar.Length) : tar.Length);
        await TarManifests.ReadAsync(Spoilt(packed, random), "fuzz.tar.gz", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One manifest among files of any length that are none.</summary>
    private static async ValueTask TryWholeTarAsync(Random random, CancellationToken cancellationToken)
    {
        var (before, after) = (random.Next(4), random.Next(4));
        var content = Content(random);
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, random.Next(2) == 0 ? TarEntryFormat.Pax : TarEntryFormat.Gnu, leaveOpen: true))
        {
            for (var position = 0; position <= before + after; position++)
            {
                var (name, data) = position == before ? ("x/manifests/a.yaml", content) : ($"x/docs/{position}", new byte[random.Next(4)]);
                TarEntry entry =
                    writer.Format == TarEntryFormat.Pax
                        ? new PaxTarEntry(TarEntryType.RegularFile, name)
                        : new GnuTarEntry(TarEntryType.RegularFile, name);
                entry.DataStream = new MemoryStream(data);
                writer.WriteEntry(entry);
            }
        }

        using var packed = Packed(stream.ToArray(), (int)stream.Length);
        packed.Position = 0;
        try
        {
            var files = await TarManifests.ReadAsync(packed, "whole.tar.gz", cancellationToken).ConfigureAwait(false);
            using var read = files.Single().Open();
            PropertyException.Check(read.Bytes.Span.SequenceEqual(content), () =>
                $"the manifest after {before} other files has other bytes");
        }
        catch (MonitoringException exception)
        {
            throw new PropertyException($"one manifest after {before} and before {after} other files is refused: {exception.Message}");
        }
    }

    private static MemoryStream Packed(byte[] tar, int length)
    {
        var packed = new MemoryStream();
        using var packing = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true);
        packing.Write(tar, 0, length);
        return packed;
    }

    public static async ValueTask TryZipAsync(Random random, CancellationToken cancellationToken)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var count = random.Next(5); count > 0; count--)
            {
                var entry = zip.CreateEntry(Name(random), random.Next(2) == 0 ? CompressionLevel.NoCompression : CompressionLevel.Fastest);
                entry.ExternalAttributes = random.Next(6) == 0 ? random.Next() : 0;
                using var content = entry.Open();
                content.Write(Content(random));
            }
        }

        await ZipManifests.ReadAsync(Spoilt(packed, random, often: true), "fuzz.zip", cancellationToken).ConfigureAwait(false);
    }

    private static byte[] Tar(Random random)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, random.Next(2) == 0 ? TarEntryFormat.Pax : TarEntryFormat.Gnu, leaveOpen: true))
        {
            for (var count = random.Next(5); count > 0; count--)
            {
                var type =
                    random.Next(8) == 0 ? TarEntryType.SymbolicLink
                    : random.Next(6) == 0 ? TarEntryType.Directory
                    : TarEntryType.RegularFile;
                TarEntry entry =
                    writer.Format == TarEntryFormat.Pax ? new PaxTarEntry(type, Name(random)) : new GnuTarEntry(type, Name(random));
                if (type == TarEntryType.SymbolicLink)
                {
                    entry.LinkName = "/etc/passwd";
                }
                else if (type == TarEntryType.RegularFile)
                {
                    entry.DataStream = new MemoryStream(Content(random));
                }

                writer.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    private static string Name(Random random) => Names[random.Next(Names.Length)];

    private static byte[] Content(Random random) => Encoding.UTF8.GetBytes(new string((char)('a' + random.Next(26)), random.Next(3000)));

    private static MemoryStream Spoilt(MemoryStream packed, Random random, bool often = false)
    {
        var bytes = packed.ToArray();
        if (random.Next(often ? 2 : 4) == 0)
        {
            Spoil(bytes, random);
        }

        return new MemoryStream(bytes, 0, random.Next(8) == 0 ? random.Next(bytes.Length + 1) : bytes.Length);
    }

    private static void Spoil(byte[] bytes, Random random)
    {
        for (var count = random.Next(5); count > 0 && bytes.Length > 0; count--)
        {
            bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)255 : (byte)random.Next(256);
        }
    }
}
