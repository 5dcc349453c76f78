using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>What stands behind a pod's port: a web server on loopback that says who it is and gives any number of bytes.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebServer(WebApplication application) => _application = application;

    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    public static async Task<WebServer> StartAsync(string name, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var application = builder.Build();
        application.MapGet("/who", () => name);
        application.MapPost("/length", async (HttpRequest request) => $"{await CountAsync(request.Body, request.HttpContext.RequestAborted)}");
        application.MapGet("/bytes/{count:long}", (long count, HttpContext context) => WriteAsync(context, count));
        application.MapFallback(() => name);
        await application.StartAsync(cancellationToken);
        return new WebServer(application) { EndPoint = new IPEndPoint(IPAddress.Loopback, new Uri(application.Urls.First()).Port) };
    }

    /// <summary>What <c>/bytes</c> gives, over and over: its length is a prime, so that no buffer's worth that is lost or given twice goes unseen.</summary>
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

    public ValueTask DisposeAsync() => _application.DisposeAsync();

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
