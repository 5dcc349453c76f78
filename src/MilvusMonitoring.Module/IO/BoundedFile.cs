using System.Text;

namespace MilvusMonitoring.IO;

/// <summary>Reads small files. A path may name a file that grows, or a device that never ends.</summary>
internal static class BoundedFile
{
    /// <summary>Opens a file whose reading ends with an error at the bound.</summary>
    public static Stream Open(string path, Bound bound) => new LimitedStream(
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 4096, useAsync: true),
        bound.Limit,
        () => new IOException($"it has more than {bound}"));

    /// <summary>Reads the text of a file.</summary>
    /// <exception cref="IOException">The file cannot be read, or has more than the bound.</exception>
    public static string ReadText(string path, Bound bound)
    {
        using var reader = new StreamReader(Open(path, bound), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <inheritdoc cref="ReadText" />
    public static async Task<string> ReadTextAsync(string path, Bound bound, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(Open(path, bound), Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
    }
}
