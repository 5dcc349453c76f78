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

/// <summary>
/// Answers requests for pods/portforward: first as the API server does, with a Status; then as the kubelet behind it, in plain text.
/// </summary>
internal sealed class PortForwarder(ClusterState state, AccessControl access)
{
    private const string Protocol = "v4.channel.k8s.io";
    private const string TextProtocol = "v4.base64.channel.k8s.io";
    private const string TunnelProtocol = "SPDY/3.1+portforward.k8s.io";
    private const string TunnelledProtocol = "portforward.k8s.io";
    private const string HandshakeKey = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    // What the WebSocket code of a node refuses, it says on a connection that it closes, and without a Content-Type.
    private static readonly Dictionary<string, string> s_closing = new() { ["Connection"] = "close" };

    public ApiReply Open(ApiRequest request)
    {
        // The query is read before anything is looked for.
        var ports = ParsePorts(request.Query["ports"]);
        var upgrade = UpgradeOf(request.Http.Request);
        var isWebSocket = upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase);
        if (isWebSocket && request.Verb != "create" && state.Minor >= 35)
        {
            access.CheckRequest(request.User, "create", request.Kind.Id, request.Subresource, request.Namespace, request.Name);
        }

        var pod = state.Store.Find(request.Kind.Id, request.StoredNamespace, request.Name!)
            ?? throw ApiException.NotFound(request.Kind.Id, request.Name!);
        var rest = pod.ReadRest();
        if (rest.At("spec.nodeName") is null && rest.At("status.podIP") is null)
        {
            throw ApiException.BadRequest($"pod {pod.Name} does not have a host assigned");
        }

        if (upgrade.Length == 0)
        {
            throw ApiException.BadRequest("Upgrade request required");
        }

        // From 1.31 on the API server itself undoes the tunnel of kubectl.
        if (isWebSocket && state.Minor >= 31 && Offered(request.Http.Request).Contains(TunnelProtocol))
        {
            throw ApiException.NotImplemented($"port-forwarding over {TunnelProtocol}");
        }

        return Refuse(request.Http.Request, pod, PodRuns.HasSandbox(rest), isWebSocket ? ports : null)
            ?? (isWebSocket
                ? new(101, "", default) { Upgrade = (context, fault, ended) => RunAsync(context, pod, ports, fault, ended) }
                : throw ApiException.NotImplemented($"port-forwarding over {upgrade}"));
    }

    private static string UpgradeOf(HttpRequest request) =>
        request.Headers.Connection.ToString().Contains("upgrade", StringComparison.OrdinalIgnoreCase)
            ? request.Headers.Upgrade.ToString()
            : "";

    private static List<int> ParsePorts(IEnumerable<string?> values)
    {
        var ports = new List<int>();
        foreach (var text in values.SelectMany(each => (each ?? "").Split(',')))
        {
            if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                var why = text.Length > 0 && text.All(char.IsAsciiDigit) ? "value out of range" : "invalid syntax";
                throw ApiException.BadRequest($"cannot convert to []int32: strconv.ParseUint: parsing \"{text}\": {why}");
            }

            ports.Add(port);
        }

        return ports;
    }

    /// <summary>The refusal of the node, in the order in which it looks: the route, the pod, the handshake.</summary>
    /// <param name="ports">Null for SPDY, whose streams name their ports.</param>
    private ApiReply? Refuse(HttpRequest request, StoredObject pod, bool hasSandbox, List<int>? ports)
    {
        if (AcceptHeader.NodeRefusal(request, state.Minor) is { } refusal)
        {
            return NodeText(406, refusal);
        }

        if (ports is { Count: 0 })
        {
            return NodeText(400, "query parameter \"port\" is required");
        }

        if (ports?.Contains(0) == true)
        {
            return NodeText(400, "port \"0\" must be > 0");
        }

        if (!hasSandbox)
        {
            return NodeText(500, $"pod not found (\"{pod.Name}_{pod.Namespace}\")");
        }

        return ports is null ? RefuseStreams(request) : RefuseHandshake(request);
    }

    private static ApiReply? RefuseStreams(HttpRequest request)
    {
        // Kubernetes 1.0 did not name any.
        var versions = request.Headers["X-Stream-Protocol-Version"].OfType<string>().ToList();
        return versions.Count == 0 || versions.Contains(TunnelledProtocol)
            ? null
            : ApiReply.Text(
                403,
                $"unable to upgrade: unable to negotiate protocol: client supports [{string.Join(' ', versions)}], server accepts "
                    + $"[{TunnelledProtocol}]\n"
            ) with
            {
                NodeHeaders = new Dictionary<string, string>
                {
                    ["X-Accepted-Stream-Protocol-Versions"] = TunnelledProtocol,
                    ["X-Content-Type-Options"] = "nosniff",
                },
            };
    }

    private static ApiReply? RefuseHandshake(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method))
        {
            return Closing(405, "bad method");
        }

        if (request.Headers.SecWebSocketKey.Count != 1)
        {
            return Closing(400, "mismatch challenge/response");
        }

        if (request.Headers.SecWebSocketVersion != "13")
        {
            return Closing(400, "missing or bad WebSocket Version") with
            {
                NodeHeaders = new Dictionary<string, string>(s_closing) { ["Sec-Websocket-Version"] = "13" },
            };
        }

        var offered = Offered(request);
        return offered.Length == 0 || offered.Contains(Protocol) ? null
            : offered.Contains(TextProtocol) ? throw ApiException.NotImplemented($"port-forwarding over {TextProtocol}")
            : Closing(403, "");
    }

    private static ApiReply NodeText(int status, string text) =>
        ApiReply.Text(status, text) with
        {
            NodeHeaders = new Dictionary<string, string>(),
        };

    private static ApiReply Closing(int status, string text) => new(status, "", Encoding.UTF8.GetBytes(text)) { NodeHeaders = s_closing };

    private static string[] Offered(HttpRequest request) =>
        request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private async Task<long> RunAsync(HttpContext context, StoredObject pod, List<int> ports, Fault? fault, CancellationToken aborted)
    {
        var options = state.Forwards.Options;
        await PayAsync(options, aborted).ConfigureAwait(false);
        var podEnd = state.Pods.EndOf(pod.Uid);
        var live = state.Store.Find(new("", "pods"), pod.Namespace, pod.Name);
        if (live?.Uid != pod.Uid || !PodRuns.HasSandbox(live.ReadRest()))
        {
            state.Pods.End(pod.Uid);
        }

        var planned = new ForwardFault(fault, context.Abort);
        using var socket = new ForwardSocket(await UpgradeAsync(context).ConfigureAwait(false), planned, options.Time, aborted);
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
        // Whoever offers none gets an empty one.
        headers.SecWebSocketProtocol = protocol ?? "";

        await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);

        // Not the stream that the upgrade gives: Kestrel passes its data on in pieces of 4 KiB, each a TLS record, which costs a third more
        // processor time.
        var stream = new ConnectionStream(context.Features.GetRequiredFeature<ISslStreamFeature>().SslStream);
        return WebSocket.CreateFromStream(
            stream,
            new WebSocketCreationOptions
            {
                IsServer = true,
                SubProtocol = protocol,
                KeepAliveInterval = TimeSpan.Zero,
            });
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
