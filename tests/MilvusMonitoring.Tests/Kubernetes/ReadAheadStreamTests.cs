using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using MilvusMonitoring.IO;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>What lies between a socket and TLS loses nothing and mixes nothing up.</summary>
public sealed class ReadAheadStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_arrive_whole_whatever_pieces_are_asked_for()
    {
        var (near, far) = await ConnectAsync();
        using var server = far;
        await using var stream = near;
        var sent = RandomNumberGenerator.GetBytes(3 << 20);
        var sending = SendAsync(server, sent);
        var received = new byte[sent.Length];
        int[] sizes = [1, 5, 16406, 3, 40_000, 300_000];
        var at = 0;
        for (var turn = 0; at < received.Length; turn++)
        {
            Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, Token));
            var count = await stream.ReadAsync(received.AsMemory(at, Math.Min(sizes[turn % sizes.Length], received.Length - at)), Token);
            Assert.NotEqual(0, count);
            at += count;
        }

        await sending;
        Assert.Equal(sent, received);
        Assert.Equal(0, await stream.ReadAsync(new byte[10], Token));
    }

    [Fact]
    public async Task A_piece_that_was_taken_ahead_is_there_when_nothing_more_comes()
    {
        var (near, far) = await ConnectAsync();
        using var server = far;
        await using var stream = near;
        await server.SendAsync("abcdef"u8.ToArray(), Token);
        var buffer = new byte[6];
        await stream.ReadExactlyAsync(buffer.AsMemory(0, 2), Token);

        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty, Token));
        await stream.ReadExactlyAsync(buffer.AsMemory(2), Token);

        Assert.Equal("abcdef"u8.ToArray(), buffer);
    }

    [Fact]
    public async Task A_cancelled_read_takes_nothing()
    {
        var (near, far) = await ConnectAsync();
        using var server = far;
        await using var stream = near;
        using var impatient = new CancellationTokenSource();
        var waiting = stream.ReadAsync(new byte[4], impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await server.SendAsync("abcd"u8.ToArray(), Token);
        var buffer = new byte[4];

        await stream.ReadExactlyAsync(buffer, Token);

        Assert.Equal("abcd"u8.ToArray(), buffer);
    }

    private static async Task<(ReadAheadStream Near, Socket Far)> ConnectAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndpoint, Token);
        return (new ReadAheadStream(socket), await listener.AcceptSocketAsync(Token));
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, Token)..];
        }

        socket.Shutdown(SocketShutdown.Send);
    }
}
