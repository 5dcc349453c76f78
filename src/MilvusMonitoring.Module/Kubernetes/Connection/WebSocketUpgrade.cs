using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>Asks the server to go on as a WebSocket (RFC 6455) on the connection that carries the request.</summary>
/// <param name="Protocol">The subprotocol.</param>
internal sealed record WebSocketUpgrade(string Protocol)
{
    private static readonly byte[] KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8.ToArray();

    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    /// <summary>Makes a request ask for it. It takes a connection of HTTP/1.1 for itself.</summary>
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

    /// <summary>Whether an answer agrees to this request and not to another.</summary>
    public bool IsAcceptedBy(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.SwitchingProtocols
        && Header(response, "Sec-WebSocket-Accept") == Answer()
        && Header(response, "Sec-WebSocket-Protocol") == Protocol;

    /// <summary>The WebSocket on the connection of an answer that agreed.</summary>
    public async Task<WebSocket> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken) => WebSocket.CreateFromStream(
        await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false),
        new WebSocketCreationOptions { IsServer = false, SubProtocol = Protocol, KeepAliveInterval = TimeSpan.FromSeconds(30) });

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    // SHA-1 is what the protocol has; it guards against caches, not against people.
#pragma warning disable CA5350
    private string Answer() => Convert.ToBase64String(SHA1.HashData([.. Encoding.ASCII.GetBytes(_key), .. KeySuffix]));
#pragma warning restore CA5350
}
