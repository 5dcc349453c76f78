using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace MilvusMonitoring.Tests;

/// <summary>Makes archives, honest and hostile.</summary>
internal static class Archives
{
    /// <summary>A gzipped tar of plain files.</summary>
    public static byte[] Tar(params (string Name, string Content)[] files) =>
        Tar([.. files.Select(file => File(file.Name, file.Content))]);

    /// <summary>A gzipped tar of any entries.</summary>
    public static byte[] Tar(params TarEntry[] entries) => GZip(stream =>
    {
        using var writer = new TarWriter(stream, leaveOpen: true);
        foreach (var entry in entries)
        {
            writer.WriteEntry(entry);
        }
    });

    /// <summary>A plain file in a tar.</summary>
    public static TarEntry File(string name, string content) =>
        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    /// <summary>A zip of plain files, not compressed; the attributes are those of its last one.</summary>
    public static byte[] Zip(int attributes, params (string Name, string Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
                entry.ExternalAttributes = name == files[^1].Name ? attributes : 0;
                using var writer = new StreamWriter(entry.Open());
                writer.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Whatever is written, gzipped.</summary>
    public static byte[] GZip(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        using (var packed = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            write(packed);
        }

        return stream.ToArray();
    }
}
