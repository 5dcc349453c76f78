using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MilvusMonitoring.Benchmarks.Forwarding;

/// <summary>Asks a web server through a local port, as plainly as can be.</summary>
internal sealed class HttpProbe(int port)
{
    private static readonly byte[] s_headEnd = "\r\n\r\n"u8.ToArray();

    /// <summary>One request on a connection of its own.</summary>
    /// <returns>How long it took, from the connection's begin to the answer's last byte.</returns>
    public async Task<TimeSpan> GetOnceAsync(string path, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using var socket = await ConnectAsync(cancellationToken);
        await GetAsync(socket, path, new byte[16 << 10], TimeSpan.Zero, cancellationToken);
        return clock.Elapsed;
    }

    /// <summary>Several requests on one connection.</summary>
    public async Task<List<double>> GetOnOneAsync(string path, int requests, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        using var socket = await ConnectAsync(cancellationToken);
        var buffer = new byte[16 << 10];
        for (var request = 0; request < requests; request++)
        {
            var clock = Stopwatch.StartNew();
            await GetAsync(socket, path, buffer, TimeSpan.Zero, cancellationToken);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return times;
    }

    /// <summary>Downloads, and pauses after each piece of 16 KiB.</summary>
    public async Task<long> DownloadAsync(string path, int pieceSize, TimeSpan pause, CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync(cancellationToken);
        return await GetAsync(socket, path, new byte[pieceSize], pause, cancellationToken);
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<long> GetAsync(Socket socket, string path, byte[] buffer, TimeSpan pause, CancellationToken cancellationToken)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"), cancellationToken);
        var filled = 0;
        int headEnd;
        do
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellationToken);
            filled += count > 0 ? count : throw new BenchmarkException("A connection ended before its answer.");
            headEnd = buffer.AsSpan(0, filled).IndexOf(s_headEnd);
        }
        while (headEnd < 0);
        var length = LengthOf(Encoding.ASCII.GetString(buffer, 0, headEnd));
        for (var left = length - (filled - headEnd - s_headEnd.Length); left > 0;)
        {
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, cancellationToken);
            }

            var count = await socket.ReceiveAsync(buffer, cancellationToken);
            left -= count > 0 ? count : throw new BenchmarkException("A connection ended within its answer.");
        }

        return length;
    }

    private static long LengthOf(string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            ?? throw new BenchmarkException($"An answer does not say its length: {head.Split("\r\n")[0]}");
        return long.Parse(line.AsSpan("Content-Length:".Length), CultureInfo.InvariantCulture);
    }
}
