using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace EmbeddedCluster.Serving;

/// <summary>Around every request: planned faults, the reply on the wire, the log.</summary>
internal sealed class RequestPipeline(ClusterState state, ApiServer server, CancellationToken stopping)
{
    private const int SlowPieces = 10;
    private const int CutStreamAfter = 40;

    private static readonly Dictionary<string, string> s_ownHeaders = new() { ["Cache-Control"] = "no-cache, private" };

    public async Task HandleAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var time = ClusterState.Now;
        var path = context.Request.Path + context.Request.QueryString;
        var user = "";
        var (status, bytes) = (0, 0L);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            var fault = state.Faults.Take(context.Request.Method, path);
            var reply = await FaultBeforeAsync(context, fault, ended.Token).ConfigureAwait(false)
                ?? await server.ReplyAsync(context, name => user = name).ConfigureAwait(false);
            if (fault?.Kind == FaultKind.ResetAfter)
            {
                context.Abort();
                return;
            }

            status = reply.Status;
            if (reply.Upgrade is { } upgrade)
            {
                bytes = await upgrade(context, fault, ended.Token).ConfigureAwait(false);
                return;
            }

            bytes = await SendAsync(context, reply, fault, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client went away or the cluster stops: nobody waits for an answer.
            context.Abort();
        }
        catch (Exception exception) when (exception is IOException or BadHttpRequestException or WebSocketException)
        {
            context.Abort();
        }
        finally
        {
            state.Requests.Add(
                new(
                    time,
                    context.Request.Method,
                    path,
                    user,
                    context.Request.Headers.UserAgent.ToString(),
                    status,
                    BodyReader.BytesRead(context),
                    bytes,
                    Stopwatch.GetElapsedTime(started)));
        }
    }

    /// <returns>The reply that stands in for the real one, if any.</returns>
    private static async Task<ApiReply?> FaultBeforeAsync(HttpContext context, Fault? fault, CancellationToken cancellationToken)
    {
        switch (fault?.Kind)
        {
            case FaultKind.ResetBefore:
                context.Abort();
                throw new IOException("broken off as planned");
            case FaultKind.Hang:
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
                return null;
            case FaultKind.Delay:
                await Task.Delay(fault.Delay, cancellationToken).ConfigureAwait(false);
                return null;
            case FaultKind.Status:
                await Task.Delay(fault.Delay, cancellationToken).ConfigureAwait(false);
                var reply = fault.Page is { } page ? ApiReply.Text(fault.StatusCode, page) with { ContentType = "text/html; charset=utf-8" }
                    : fault.Body is { } body ? ApiReply.Json(fault.StatusCode, body)
                    : new ApiReply(fault.StatusCode, "", default);
                return reply with { RetryAfter = fault.RetryAfter };
            default:
                return null;
        }
    }

    private static async Task<long> SendAsync(HttpContext context, ApiReply reply, Fault? fault, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.StatusCode = reply.Status;
        if (reply.ContentType.Length > 0)
        {
            response.ContentType = fault?.Kind == FaultKind.WrongContentType ? fault.ContentType : reply.ContentType;
        }

        foreach (var (name, value) in reply.NodeHeaders ?? s_ownHeaders)
        {
            response.Headers[name] = value;
        }

        if (reply.RetryAfter is { } after)
        {
            response.Headers.RetryAfter = ((long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (reply.Warning is { } warning)
        {
            response.Headers.Append("Warning", $"299 - \"{warning.Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }

        if (reply.Stream is { } stream)
        {
            var counted = new CountingStream(response.Body, fault?.Kind == FaultKind.TruncatedBody ? CutStreamAfter : long.MaxValue);
            await stream(counted, context.RequestAborted).ConfigureAwait(false);
            return counted.Count;
        }

        response.ContentLength = reply.Body.Length;
        switch (fault?.Kind)
        {
            case FaultKind.TruncatedBody:
                await response.Body.WriteAsync(reply.Body[..(reply.Body.Length / 2)], cancellationToken).ConfigureAwait(false);
                await response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
                context.Abort();
                return reply.Body.Length / 2;
            case FaultKind.SlowBody:
                await SendSlowlyAsync(response, reply.Body, fault.Delay, cancellationToken).ConfigureAwait(false);
                return reply.Body.Length;
            default:
                await response.Body.WriteAsync(reply.Body, cancellationToken).ConfigureAwait(false);
                return reply.Body.Length;
        }
    }

    private static async Task SendSlowlyAsync(
        HttpResponse response,
        ReadOnlyMemory<byte> body,
        TimeSpan over,
        CancellationToken cancellationToken)
    {
        var piece = Math.Max(1, (body.Length / SlowPieces) + 1);
        for (var at = 0; at < body.Length; at += piece)
        {
            await response.Body.WriteAsync(body.Slice(at, Math.Min(piece, body.Length - at)), cancellationToken).ConfigureAwait(false);
            await response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(over / SlowPieces, cancellationToken).ConfigureAwait(false);
        }
    }
}
