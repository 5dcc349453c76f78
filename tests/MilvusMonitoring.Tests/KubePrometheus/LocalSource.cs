using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MilvusMonitoring.Tests;

/// <summary>A web server on this machine that answers as a test wants.</summary>
internal sealed class LocalSource : IAsyncDisposable
{
    private readonly WebApplication _server;

    private LocalSource(WebApplication server) => _server = server;

    /// <summary>The paths asked for, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What answers: the request and its number, from 1.</summary>
    public Func<HttpContext, int, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Its address, without a slash at the end.</summary>
    public string Address => _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<LocalSource> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        var source = new LocalSource(server);
        server.Run(context =>
        {
            source.Requests.Enqueue(context.Request.Path);
            return source.Answer(context, source.Requests.Count);
        });
        await server.StartAsync();
        return source;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
