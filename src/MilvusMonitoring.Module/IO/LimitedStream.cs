namespace MilvusMonitoring.IO;

/// <summary>Reads another stream and throws once the stream exceeds its limit, which stops decompression bombs.</summary>
internal sealed class LimitedStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly long _limit;
    private readonly Func<Exception> _tooMuch;
    private long _read;

    /// <param name="inner">The other stream, closed with this stream.</param>
    /// <param name="limit">The limit in bytes.</param>
    /// <param name="tooMuch">Creates the exception for a stream that exceeds the limit.</param>
    public LimitedStream(Stream inner, long limit, Func<Exception> tooMuch)
    {
        _inner = inner;
        _limit = limit;
        _tooMuch = tooMuch;
    }

    public override int Read(byte[] buffer, int offset, int count) => Count(_inner.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(int count)
    {
        _read += count;
        return _read > _limit ? throw _tooMuch() : count;
    }
}
