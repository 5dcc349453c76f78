using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace MilvusMonitoring.Benchmarks.Servers;

/// <summary>
/// Stands in front of a server and makes it as far away as a round trip says: each byte is held for half of it, a new connection for one
/// more.
/// </summary>
internal sealed class DelayingRelay : IAsyncDisposable
{
    private const int ChunkSize = 64 * 1024;
    private const int ChunksUnderWay = 256;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _server;
    private readonly TimeSpan _roundTrip;
    private readonly Task _accepting;

    public DelayingRelay(Uri server, TimeSpan roundTrip)
    {
        (_server, _roundTrip) = (server, roundTrip);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                connections.RemoveAll(connection => connection.IsCompleted);
                connections.Add(RelayAsync(client));
            }
        }
        catch (Exception exception) when (IsAnEnd(exception))
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using (client)
        using (var server = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            client.NoDelay = server.NoDelay = true;
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
                // Over a network the client would have waited for its connection; over loopback it is let in at once.
                await Task.WhenAll(CopyAsync(client, server, _roundTrip), CopyAsync(server, client, TimeSpan.Zero));
            }
            catch (Exception exception) when (IsAnEnd(exception))
            {
                // Either side has gone: the other one learns it by both sockets being closed.
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to, TimeSpan before)
    {
        var chunks = Channel.CreateBounded<Chunk>(ChunksUnderWay);
        var opened = Stopwatch.GetTimestamp();
        var sending = SendAsync(to, chunks.Reader);
        try
        {
            while (true)
            {
                var bytes = ArrayPool<byte>.Shared.Rent(ChunkSize);
                var count = await from.ReceiveAsync(bytes, _stop.Token);
                var held = _roundTrip / 2;
                var opening = before - Stopwatch.GetElapsedTime(opened);
                await chunks.Writer.WriteAsync(
                    new Chunk(bytes, count, Stopwatch.GetTimestamp(), opening > TimeSpan.Zero ? held + opening : held),
                    _stop.Token);
                if (count == 0)
                {
                    break;
                }
            }
        }
        finally
        {
            chunks.Writer.TryComplete();
            await sending;
        }
    }

    private async Task SendAsync(Socket to, ChannelReader<Chunk> chunks)
    {
        var earliest = 0L;
        await foreach (var chunk in chunks.ReadAllAsync(_stop.Token))
        {
            var due = Math.Max(earliest, chunk.Arrived + (long)(chunk.Held.TotalSeconds * Stopwatch.Frequency));
            earliest = due;
            var wait = TimeSpan.FromSeconds((due - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, _stop.Token);
            }

            if (chunk.Count == 0)
            {
                to.Shutdown(SocketShutdown.Send);
            }
            else
            {
                for (var sent = 0; sent < chunk.Count;)
                {
                    sent += await to.SendAsync(chunk.Bytes.AsMemory(sent, chunk.Count - sent), _stop.Token);
                }
            }

            ArrayPool<byte>.Shared.Return(chunk.Bytes);
        }
    }

    private static bool IsAnEnd(Exception exception) =>
        exception is OperationCanceledException or SocketException or ObjectDisposedException;

    private readonly record struct Chunk(byte[] Bytes, int Count, long Arrived, TimeSpan Held);
}
