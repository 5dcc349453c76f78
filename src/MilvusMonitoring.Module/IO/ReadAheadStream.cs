using System.Buffers;
using System.Net.Sockets;

namespace MilvusMonitoring.IO;

/// <summary>
/// A connection that reads all available bytes from the kernel, up to a limit, and serves smaller reads from them.
/// </summary>
/// <remarks>
/// SslStream reads each TLS record by itself, after a read of its header: two system calls for at most 16 KiB
/// (dotnet/runtime, SslStream.IO.cs, EnsureFullTlsFrameAsync). A download of 256 MiB from a pod took 33,500 system calls.
/// </remarks>
internal sealed class ReadAheadStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private const int Smallest = 16 << 10;
    private const int Largest = 256 << 10;

    private byte[] _held = [];
    private int _start;
    private int _end;
    private int _size = Smallest;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start < _end)
        {
            return ValueTask.FromResult(Take(buffer.Span));
        }

        // A read of zero bytes waits for data without holding memory.
        return buffer.IsEmpty || buffer.Length >= Largest
            ? base.ReadAsync(buffer, cancellationToken)
            : FillAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer) => _start < _end ? Take(buffer) : base.Read(buffer);

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

        if (count == held.Length)
        {
            _size = Math.Min(held.Length * 2, Largest);
        }
        else if (count < held.Length / 4)
        {
            _size = Math.Max(_size / 2, Smallest);
        }

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
