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
        await application.StartAsync(cancellationToken);
        return new WebServer(application) { EndPoint = new IPEndPoint(IPAddress.Loopback, new Uri(application.Urls.First()).Port) };
    }

    /// <summary>The byte at a place of what <c>/bytes</c> gives: no piece of it is like its neighbour.</summary>
    public static byte ByteAt(long place) => (byte)((place * 2654435761L) >> 13);

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static async Task WriteAsync(HttpContext context, long count)
    {
        context.Response.ContentLength = count;
        var buffer = new byte[64 * 1024];
        for (long at = 0; at < count; at += buffer.Length)
        {
            var length = (int)Math.Min(buffer.Length, count - at);
            for (var index = 0; index < length; index++)
            {
                buffer[index] = ByteAt(at + index);
            }

            await context.Response.Body.WriteAsync(buffer.AsMemory(0, length), context.RequestAborted);
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
