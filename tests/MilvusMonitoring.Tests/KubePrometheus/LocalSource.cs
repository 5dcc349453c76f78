using System.Collections.Concurrent;
using EmbeddedCluster.Monitoring;
using Microsoft.AspNetCore.Http;

namespace MilvusMonitoring.Tests;

/// <summary>A web server on this machine that answers as a test wants.</summary>
internal sealed class LocalSource : IAsyncDisposable
{
    private LoopbackServer? _server;

    /// <summary>The paths asked for, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>What answers: the request and its number, from 1.</summary>
    public Func<HttpContext, int, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Its address, without a slash at the end.</summary>
    public string Address => _server!.Address.GetLeftPart(UriPartial.Authority);

    public static async Task<LocalSource> StartAsync()
    {
        var source = new LocalSource();
        source._server = await LoopbackServer.StartAsync(
            context =>
            {
                source.Requests.Enqueue(context.Request.Path);
                return source.Answer(context, source.Requests.Count);
            },
            TestContext.Current.CancellationToken);
        return source;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();
}
