using System.Buffers;
using System.Net.Sockets;

namespace MilvusMonitoring.IO;

/// <summary>
/// A connection that takes all that has come from the kernel, up to a limit, and hands it out in the pieces that are asked for.
/// </summary>
/// <remarks>
/// SslStream asks for each TLS record by itself, with a peek before it: two system calls for at most 16 KiB
/// (dotnet/runtime, SslStream.IO.cs, EnsureFullTlsFrameAsync). One download of 256 MiB from a pod took 33,500 of them.
/// </remarks>
internal sealed class ReadAheadStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private const int Smallest = 16 << 10;
    private const int Largest = 256 << 10;

    private byte[] _held = [];
    private int _start;
    private int _end;
    private int _size = Smallest;

    /// <inheritdoc />
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start < _end)
        {
            return ValueTask.FromResult(Take(buffer.Span));
        }

        // A read of nothing waits until there is something, and holds no memory meanwhile.
        return buffer.IsEmpty || buffer.Length >= Largest
            ? base.ReadAsync(buffer, cancellationToken)
            : FillAsync(buffer, cancellationToken);
    }

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override int Read(Span<byte> buffer) => _start < _end ? Take(buffer) : base.Read(buffer);

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    private async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var held = ArrayPool<byte>.Shared.Rent(Math.Max(_size, buffer.Length));
        int count;
        try
        {
            count = await base.ReadAsync(held, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(held);
            throw;
        }

        _size = count == held.Length ? Math.Min(held.Length * 2, Largest)
            : count < held.Length / 4 ? Math.Max(_size / 2, Smallest)
            : _size;
        (_held, _start, _end) = (held, 0, count);
        return Take(buffer.Span);
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _end - _start);
        _held.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        if (_start == _end)
        {
            ArrayPool<byte>.Shared.Return(_held);
            (_held, _start, _end) = ([], 0, 0);
        }

        return count;
    }
}
