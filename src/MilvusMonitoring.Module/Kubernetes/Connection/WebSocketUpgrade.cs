using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>Asks the server to turn the connection of a request into a WebSocket (RFC 6455).</summary>
/// <param name="Protocol">The subprotocol.</param>
internal sealed record WebSocketUpgrade(string Protocol)
{
    private static readonly byte[] KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8.ToArray();

    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    /// <summary>Adds the upgrade to a request. The request then takes an HTTP/1.1 connection for itself.</summary>
    public void AddTo(HttpRequestMessage message)
    {
        message.Version = HttpVersion.Version11;
        message.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        message.Headers.ConnectionClose = null;
        message.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        message.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        message.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        message.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", _key);
        message.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", Protocol);
    }

    /// <summary>Whether a response accepts this very upgrade.</summary>
    public bool IsAcceptedBy(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.SwitchingProtocols
        && FindHeader(response, "Sec-WebSocket-Accept") == ComputeAccept()
        && FindHeader(response, "Sec-WebSocket-Protocol") == Protocol;

    /// <summary>Opens the WebSocket on the connection of a response that accepted the upgrade.</summary>
    public async Task<WebSocket> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken) => WebSocket.CreateFromStream(
        await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false),
        new WebSocketCreationOptions { IsServer = false, SubProtocol = Protocol, KeepAliveInterval = TimeSpan.FromSeconds(30) });

    private static string? FindHeader(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    // RFC 6455 demands SHA-1. The hash guards against caches, not against attackers.
#pragma warning disable CA5350
    private string ComputeAccept() => Convert.ToBase64String(SHA1.HashData([.. Encoding.ASCII.GetBytes(_key), .. KeySuffix]));
#pragma warning restore CA5350
}
