using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EmbeddedCluster.Monitoring;
using Microsoft.AspNetCore.Http;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>A server that webhooks are sent to.</summary>
internal sealed class HookServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _arrived = new(0);
    private LoopbackServer _server = null!;

    /// <summary>The notifications that have arrived.</summary>
    public ConcurrentQueue<JsonObject> Received { get; } = [];

    /// <summary>The status of every answer.</summary>
    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    /// <summary>The address, with a path that nobody else may know.</summary>
    public string Secret => new Uri(_server.Address, "hook/s3cr3t?token=t0k3n").ToString();

    public static async Task<HookServer> StartAsync()
    {
        var server = new HookServer();
        server._server = await LoopbackServer.StartAsync(server.AnswerAsync, TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Waits for the next notification.</summary>
    public async Task<JsonObject> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limits.Wait);
        await _arrived.WaitAsync(limit.Token);
        return Received.TryDequeue(out var next) ? next : throw new InvalidOperationException("Nothing has arrived.");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _arrived.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject();
        body["path"] = $"{context.Request.Path}{context.Request.QueryString}";
        Received.Enqueue(body);
        _arrived.Release();
        context.Response.StatusCode = StatusCode;
        await context.Response.WriteAsync("it says no", context.RequestAborted);
    }
}
