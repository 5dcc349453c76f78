using System.Net.Security;

namespace EmbeddedCluster.Kubelet;

/// <summary>
/// The connection under a WebSocket: to dispose of it ends what is under way, and leaves the connection itself to its server.
/// </summary>
internal sealed class ConnectionStream(SslStream connection) : Stream
{
    private const byte Pong = 0x8A;

    private static readonly ReadOnlyMemory<byte> s_emptyPong = new byte[] { Pong, 0 };

    private readonly CancellationTokenSource _ended = new();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() => throw new NotSupportedException();

    public override Task FlushAsync(CancellationToken cancellationToken) => connection.FlushAsync(_ended.Token);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // Whoever cancels a WebSocket's read or write aborts the WebSocket, which disposes of this.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.ReadAsync(buffer, _ended.Token);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A kubelet answers a ping with an empty pong: recorded. A WebSocket writes each frame whole, and repeats the ping's words.
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.WriteAsync(!buffer.IsEmpty && buffer.Span[0] == Pong ? s_emptyPong : buffer, _ended.Token);

    protected override void Dispose(bool disposing)
    {
        _ended.Cancel();
        base.Dispose(disposing);
    }
}
