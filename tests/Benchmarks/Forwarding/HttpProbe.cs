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
    /// <returns>How long each took; none where the server closes after each answer.</returns>
    public async Task<List<double>> GetOnOneAsync(string path, int requests, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        using var socket = await ConnectAsync(cancellationToken);
        var buffer = new byte[16 << 10];
        for (var request = 0; request < requests; request++)
        {
            var clock = Stopwatch.StartNew();
            if ((await GetAsync(socket, path, buffer, TimeSpan.Zero, cancellationToken)).Closes)
            {
                return [];
            }

            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        return times;
    }

    /// <summary>Downloads, and pauses after each piece of 16 KiB.</summary>
    public async Task<long> DownloadAsync(string path, int pieceSize, TimeSpan pause, CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync(cancellationToken);
        return (await GetAsync(socket, path, new byte[pieceSize], pause, cancellationToken)).Length;
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

    private static async Task<Answer> GetAsync(
        Socket socket,
        string path,
        byte[] buffer,
        TimeSpan pause,
        CancellationToken cancellationToken)
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
        var answer = Answer.Read(Encoding.ASCII.GetString(buffer, 0, headEnd));
        for (var left = answer.Length - (filled - headEnd - s_headEnd.Length); left > 0;)
        {
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, cancellationToken);
            }

            var count = await socket.ReceiveAsync(buffer, cancellationToken);
            left -= count > 0 ? count : throw new BenchmarkException("A connection ended within its answer.");
        }

        return answer;
    }

    /// <summary>The head of an answer.</summary>
    /// <param name="Length">The length of its body.</param>
    /// <param name="Closes">Whether the server closes the connection after it.</param>
    private sealed record Answer(long Length, bool Closes)
    {
        public static Answer Read(string head)
        {
            var lines = head.Split("\r\n");
            var length = ValueOf(lines, "Content-Length") ?? throw new BenchmarkException($"An answer does not say its length: {lines[0]}");
            var connection = ValueOf(lines, "Connection");
            var closes = lines[0].StartsWith("HTTP/1.0", StringComparison.Ordinal)
                ? !string.Equals(connection, "keep-alive", StringComparison.OrdinalIgnoreCase)
                : string.Equals(connection, "close", StringComparison.OrdinalIgnoreCase);
            return new Answer(long.Parse(length, CultureInfo.InvariantCulture), closes);
        }

        private static string? ValueOf(string[] lines, string header) =>
            lines.FirstOrDefault(line => line.StartsWith(header + ":", StringComparison.OrdinalIgnoreCase))?[(header.Length + 1)..].Trim();
    }
}
