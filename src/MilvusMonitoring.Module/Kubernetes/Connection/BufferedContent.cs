using MilvusMonitoring.IO;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>An answer's body that is all there: read once, in one piece.</summary>
internal sealed class BufferedContent : ByteArrayContent
{
    private const int ReadSize = 16 * 1024;

    private BufferedContent(byte[] bytes)
        : base(bytes) => Bytes = bytes;

    /// <summary>The body.</summary>
    public byte[] Bytes { get; }

    /// <summary>Reads a body to its end.</summary>
    /// <param name="content">The body as it comes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The same body with the same headers.</returns>
    public static async Task<BufferedContent> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);

        // Rented while it grows: what a definition's answer would else leave behind is several times its size.
        using var buffer = new PooledBuffer();
        while (await stream.ReadAsync(buffer.GetMemory(ReadSize), cancellationToken).ConfigureAwait(false) is var count and > 0)
        {
            buffer.Advance(count);
        }

        var whole = new BufferedContent(buffer.Written.ToArray());
        foreach (var header in content.Headers)
        {
            whole.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return whole;
    }
}
