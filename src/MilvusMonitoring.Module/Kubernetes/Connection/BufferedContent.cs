using MilvusMonitoring.IO;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>The body of a response in one array, up to a bound.</summary>
internal sealed class BufferedContent : ByteArrayContent
{
    private const int ReadSize = 16 * 1024;

    private BufferedContent(byte[] bytes, bool isCut)
        : base(bytes) => (Bytes, IsCut) = (bytes, isCut);

    public byte[] Bytes { get; }

    /// <summary>Whether the body goes on beyond the bound.</summary>
    public bool IsCut { get; }

    /// <summary>Reads a body to its end or to the bound. The headers stay the same.</summary>
    public static async Task<BufferedContent> ReadAsync(HttpContent content, Bound bound, CancellationToken cancellationToken)
    {
        using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);

        // The buffer is rented while it grows: unpooled arrays would leave garbage of several times the size of a CRD's response.
        using var buffer = new PooledBuffer();
        var isCut = false;
        while (!isCut && await stream.ReadAsync(buffer.GetMemory(ReadSize), cancellationToken).ConfigureAwait(false) is var count and > 0)
        {
            buffer.Advance(count);

            // A whole read short of the bound: the buffer need not grow beyond it.
            isCut = buffer.Written.Length > bound.Limit - ReadSize;
        }

        var whole = new BufferedContent(buffer.Written.ToArray(), isCut);
        foreach (var header in content.Headers)
        {
            whole.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return whole;
    }
}
