using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using EmbeddedCluster.Objects;
using EmbeddedCluster.Serving;
using EmbeddedCluster.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EmbeddedCluster.Kubelet;

/// <summary>Answers requests for pods/portforward: first as the API server does, with a Status; then as the kubelet behind it, in plain text.</summary>
internal sealed class PortForwarder(ClusterState state, AccessControl access)
{
    private const string Protocol = "v4.channel.k8s.io";
    private const string HandshakeKey = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public ApiReply Open(ApiRequest request)
    {
        var upgrade = UpgradeOf(request.Http.Request);
        var isWebSocket = upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase);
        if (isWebSocket && request.Verb != "create" && state.Minor >= 35)
        {
            access.CheckRequest(request.User, "create", request.Kind.Id, request.Subresource, request.Namespace, request.Name);
        }

        var pod = state.Store.Find(request.Kind.Id, request.StoredNamespace, request.Name!) ?? throw ApiException.NotFound(request.Kind.Id, request.Name!);
        var rest = pod.ReadRest();
        if (rest.At("spec.nodeName") is null && rest.At("status.podIP") is null)
        {
            throw ApiException.BadRequest($"pod {pod.Name} does not have a host assigned");
        }

        var ports = ParsePorts(request.Query["ports"]);
        if (upgrade.Length == 0)
        {
            throw ApiException.BadRequest("Upgrade request required");
        }

        if (!isWebSocket)
        {
            throw ApiException.NotImplemented($"port-forwarding over {upgrade}");
        }

        return Refuse(request.Http.Request, pod, PodRuns.IsRunning(rest), ports)
            ?? new(101, "", default) { Upgrade = (context, fault, ended) => RunAsync(context, pod, ports, fault, ended) };
    }

    private static string UpgradeOf(HttpRequest request) =>
        request.Headers.Connection.ToString().Contains("upgrade", StringComparison.OrdinalIgnoreCase) ? request.Headers.Upgrade.ToString() : "";

    private static List<int> ParsePorts(IEnumerable<string?> values)
    {
        var ports = new List<int>();
        foreach (var text in values.SelectMany(each => (each ?? "").Split(',')))
        {
            if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                throw ApiException.BadRequest($"cannot convert to []int32: strconv.ParseUint: parsing \"{text}\": invalid syntax");
            }

            ports.Add(port);
        }

        return ports;
    }

    private static ApiReply? Refuse(HttpRequest request, StoredObject pod, bool isRunning, List<int> ports)
    {
        if (ports.Count == 0)
        {
            return ApiReply.Text(400, "query parameter \"port\" is required");
        }

        if (ports.Contains(0))
        {
            return ApiReply.Text(400, "port \"0\" must be > 0");
        }

        if (!isRunning)
        {
            return ApiReply.Text(500, $"pod not found (\"{pod.Name}_{pod.Namespace}\")");
        }

        if (!HttpMethods.IsGet(request.Method))
        {
            return new(405, "", default);
        }

        if (request.Headers.SecWebSocketVersion != "13" || request.Headers.SecWebSocketKey.Count != 1)
        {
            return new(400, "", default);
        }

        var offered = Offered(request);
        return offered.Length > 0 && !offered.Contains(Protocol) ? new(403, "", default) : null;
    }

    private static string[] Offered(HttpRequest request) =>
        request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private async Task<long> RunAsync(HttpContext context, StoredObject pod, List<int> ports, Fault? fault, CancellationToken aborted)
    {
        var options = state.Forwards.Options;
        await PayAsync(options, aborted).ConfigureAwait(false);
        var podEnd = state.Pods.EndOf(pod.Uid);
        var live = state.Store.Find(new("", "pods"), pod.Namespace, pod.Name);
        if (live?.Uid != pod.Uid || !PodRuns.IsRunning(live.ReadRest()))
        {
            state.Pods.End(pod.Uid);
        }

        var planned = new ForwardFault(fault, context.Abort);
        using var socket = new ForwardSocket(await UpgradeAsync(context).ConfigureAwait(false), planned, aborted);
        var target = new ForwardTarget(state, pod, options);
        ForwardStream[] streams = [.. ports.Select((port, index) => new ForwardStream(index, port, target, socket))];
        state.Forwards.SocketOpened();
        try
        {
            await new ForwardSession(socket, streams, options, planned, context.Abort).RunAsync(podEnd, aborted).ConfigureAwait(false);
        }
        finally
        {
            state.Forwards.SocketClosed();
        }

        return socket.Sent;
    }

    private static async Task<WebSocket> UpgradeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        var protocol = Offered(context.Request).Length > 0 ? Protocol : null;
        if (protocol is not null)
        {
            headers.SecWebSocketProtocol = protocol;
        }

        await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);

        // Not the stream that the upgrade gives: Kestrel passes its data on in pieces of 4 KiB, each a TLS record, which costs a third more processor time.
        var stream = new ConnectionStream(context.Features.GetRequiredFeature<ISslStreamFeature>().SslStream);
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, SubProtocol = protocol, KeepAliveInterval = TimeSpan.Zero });
    }

    // The protocol (RFC 6455, section 4.2.2) asks for SHA-1; nothing is secured by it.
#pragma warning disable CA5350
    private static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + HandshakeKey)));
#pragma warning restore CA5350

    /// <summary>What a socket costs before it is there.</summary>
    private static async Task PayAsync(ForwardOptions options, CancellationToken cancellationToken)
    {
        if (options.SocketDelay > TimeSpan.Zero)
        {
            await Task.Delay(options.SocketDelay, cancellationToken).ConfigureAwait(false);
        }

        var started = Stopwatch.GetTimestamp();
        var digest = new byte[SHA256.HashSizeInBytes];
        while (Stopwatch.GetElapsedTime(started) < options.SocketWork)
        {
            SHA256.HashData(digest, digest);
        }
    }
}
