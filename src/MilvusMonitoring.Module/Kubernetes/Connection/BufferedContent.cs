using MilvusMonitoring.IO;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>The whole body of a response, in one array.</summary>
internal sealed class BufferedContent : ByteArrayContent
{
    private const int ReadSize = 16 * 1024;

    private BufferedContent(byte[] bytes)
        : base(bytes) => Bytes = bytes;

    public byte[] Bytes { get; }

    /// <summary>Reads a body to its end. The headers stay the same.</summary>
    public static async Task<BufferedContent> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);

        // The buffer is rented while it grows: unpooled arrays would leave garbage of several times the size of a CRD's response.
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
