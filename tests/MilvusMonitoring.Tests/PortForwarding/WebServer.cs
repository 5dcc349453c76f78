using System.Globalization;
using System.Net;
using EmbeddedCluster.Monitoring;
using Microsoft.AspNetCore.Http;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>
/// What stands behind a pod's port: a web server on loopback that says who it is, counts what it is sent and gives any number of bytes.
/// </summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly LoopbackServer _server;

    private WebServer(LoopbackServer server) => _server = server;

    public IPEndPoint EndPoint => new(IPAddress.Loopback, _server.Address.Port);

    public static async Task<WebServer> StartAsync(string name, CancellationToken cancellationToken) =>
        new(await LoopbackServer.StartAsync(context => AnswerAsync(context, name), cancellationToken));

    /// <summary>
    /// What <c>/bytes</c> gives, over and over: its length is a prime, so that no buffer's worth that is lost or given twice goes unseen.
    /// </summary>
    public static byte[] Pattern { get; } = [.. Enumerable.Range(0, 65521).Select(place => (byte)((place * 2654435761L) >> 13))];

    /// <summary>Whether the bytes are those at a place of what <c>/bytes</c> gives.</summary>
    public static bool IsAt(long place, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var expected = Pattern.AsSpan((int)(place % Pattern.Length));
            var length = Math.Min(expected.Length, bytes.Length);
            if (!bytes[..length].SequenceEqual(expected[..length]))
            {
                return false;
            }

            bytes = bytes[length..];
            place += length;
        }

        return true;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, string name)
    {
        switch (context.Request.Path.Value!.Split('/'))
        {
            case ["", "length"]:
                await context.Response.WriteAsync(
                    $"{await CountAsync(context.Request.Body, context.RequestAborted)}",
                    context.RequestAborted);
                break;
            case ["", "bytes", var count]:
                await WriteAsync(context, long.Parse(count, CultureInfo.InvariantCulture));
                break;
            default:
                await context.Response.WriteAsync(name, context.RequestAborted);
                break;
        }
    }

    private static async Task WriteAsync(HttpContext context, long count)
    {
        context.Response.ContentLength = count;
        for (; count > 0; count -= Pattern.Length)
        {
            await context.Response.Body.WriteAsync(Pattern.AsMemory(0, (int)Math.Min(Pattern.Length, count)), context.RequestAborted);
        }
    }

    private static async Task<long> CountAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        long count = 0;
        while (await body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            count += read;
        }

        return count;
    }
}
