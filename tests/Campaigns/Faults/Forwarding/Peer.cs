using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MilvusMonitoring.Campaigns.Faults.Forwarding;

/// <summary>
/// What stands behind the pod's port: takes as many bytes as it is told will come, looks at each, and sends as many as it is asked for.
/// </summary>
internal sealed class Peer : IAsyncDisposable
{
    private const int HeaderLength = 8;
    private const byte Good = 1;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public Peer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Sends and asks for so many bytes through a local port.</summary>
    /// <returns>What became of it.</returns>
    public static async Task<TransferEnd> TransferAsync(int port, int up, int down, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken).ConfigureAwait(false);
            var request = new byte[HeaderLength + up];
            BinaryPrimitives.WriteInt32LittleEndian(request, up);
            BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(4), down);
            Fill(request.AsSpan(HeaderLength));
            for (ReadOnlyMemory<byte> rest = request; !rest.IsEmpty;)
            {
                rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
            }

            var answer = new byte[1 + down];
            var received = 0;
            while (received < answer.Length)
            {
                var count = await socket.ReceiveAsync(answer.AsMemory(received), SocketFlags.None, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    return TransferEnd.CutShort;
                }

                received += count;
            }

            return answer[0] == Good && IsFilled(answer.AsSpan(1)) ? TransferEnd.Complete : TransferEnd.Garbled;
        }
        catch (SocketException)
        {
            return TransferEnd.Broken;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false)));
                serving.RemoveAll(each => each.IsCompleted);
            }
        }
        finally
        {
            await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        var header = new byte[HeaderLength];
        await stream.ReadExactlyAsync(header, _stop.Token).ConfigureAwait(false);
        var sent = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
        await stream.ReadExactlyAsync(sent, _stop.Token).ConfigureAwait(false);
        var answer = new byte[1 + BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4))];
        answer[0] = IsFilled(sent) ? Good : (byte)0;
        Fill(answer.AsSpan(1));
        await stream.WriteAsync(answer, _stop.Token).ConfigureAwait(false);

        // Until the client goes.
        await stream.ReadAsync(header, _stop.Token).ConfigureAwait(false);
    }

    private static void Fill(Span<byte> bytes)
    {
        for (var index = 0; index < bytes.Length; index++)
        {
            bytes[index] = ByteAt(index);
        }
    }

    private static bool IsFilled(ReadOnlySpan<byte> bytes)
    {
        for (var index = 0; index < bytes.Length; index++)
        {
            if (bytes[index] != ByteAt(index))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>No piece is like its neighbour.</summary>
    private static byte ByteAt(int place) => (byte)((place * 2654435761L) >> 13);
}

/// <summary>What became of a transfer.</summary>
internal enum TransferEnd
{
    Complete,

    /// <summary>The connection broke, and the client could tell.</summary>
    Broken,

    /// <summary>The connection ended as if that were all.</summary>
    CutShort,

    /// <summary>Other bytes came than were sent.</summary>
    Garbled,
}
