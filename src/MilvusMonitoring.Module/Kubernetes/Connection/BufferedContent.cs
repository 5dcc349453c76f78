using MilvusMonitoring.IO;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>The body of a response, up to a bound.</summary>
internal sealed class BufferedContent : ByteArrayContent
{
    private const int ReadSize = 16 * 1024;

    private BufferedContent(byte[] bytes, bool isCut)
        : base(bytes) => (Bytes, IsCut) = (bytes, isCut);

    /// <summary>The body; of a list without its items.</summary>
    public byte[] Bytes { get; }

    /// <summary>The items of a list, each as UTF-8 JSON. The reader takes each out: what is read then needs no memory.</summary>
    public Queue<byte[]> Items { get; private init; } = [];

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

        return new BufferedContent(buffer.Written.ToArray(), isCut).WithHeaders(content);
    }

    /// <summary>
    /// Reads the body of a list, each item into an array of its own: the runtime collects the array of a whole page only after long.
    /// </summary>
    /// <exception cref="System.Text.Json.JsonException">The body is not JSON.</exception>
    public static async Task<BufferedContent> ReadListAsync(HttpContent content, Bound bound, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var limited = new LimitedStream(stream, bound.Limit, () => new TooLongException());
        var items = new Queue<byte[]>();
        using var reader = new JsonItems(["items"], bound, () => new TooLongException(), item => items.Enqueue(item.ToArray()));
        try
        {
            var rest = await reader.ReadAsync(limited, cancellationToken).ConfigureAwait(false);
            return new BufferedContent(rest.ToArray(), false) { Items = items }.WithHeaders(content);
        }
        catch (TooLongException)
        {
            return new BufferedContent([], true).WithHeaders(content);
        }
    }

    private BufferedContent WithHeaders(HttpContent content)
    {
        foreach (var header in content.Headers)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return this;
    }

    private sealed class TooLongException : Exception;
}
