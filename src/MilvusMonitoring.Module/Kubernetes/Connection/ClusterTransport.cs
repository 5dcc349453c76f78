using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes.Credentials;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>The connections to one API server with one client certificate.</summary>
internal sealed class ClusterTransport : IDisposable
{
    /// <summary>
    /// A list's or a definition's worth: with the usual 64 KB, a far server stops for a round trip after each 64 KB that it sends.
    /// </summary>
    private const int StreamWindow = 4 << 20;

    private readonly HttpMessageInvoker _invoker;

    /// <summary>Prepares the connections; none is opened yet.</summary>
    /// <param name="settings">The cluster.</param>
    /// <param name="proxy">The proxy that leads to it, if any.</param>
    /// <param name="check">Judges the server's certificate.</param>
    /// <param name="identity">The client certificate; the owner disposes of it.</param>
    public ClusterTransport(ClusterSettings settings, Uri? proxy, ServerCertificateCheck check, ClientIdentity? identity)
    {
        Identity = identity;
        _invoker = new HttpMessageInvoker(Handler(settings, proxy, check, identity), disposeHandler: true);
    }

    /// <summary>The longest that opening a connection may take.</summary>
    public static TimeSpan ConnectTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The client certificate of these connections.</summary>
    public ClientIdentity? Identity { get; }

    /// <summary>Sends a request once.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends the wait for the headers.</param>
    /// <returns>The answer, its body not read yet.</returns>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _invoker.SendAsync(request, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _invoker.Dispose();

    private static SocketsHttpHandler Handler(
        ClusterSettings settings,
        Uri? proxy,
        ServerCertificateCheck check,
        ClientIdentity? identity) =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = settings.DisableCompression ? DecompressionMethods.None : DecompressionMethods.GZip,
            UseProxy = proxy is not null,
            Proxy = proxy is null ? null : ClusterProxy.ToWebProxy(proxy),
            ConnectTimeout = ConnectTimeout,
            ConnectCallback = ConnectAsync,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = StreamWindow,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = check.Validate,
                ClientCertificateContext = identity?.TlsContext,
                // An https proxy is judged by what the runtime found.
                CertificateChainPolicy = proxy is null ? ServerCertificateCheck.RuntimePolicy() : null,
            },
        };

    // HTTP/2 has pings of its own; a watch over HTTP/1.1 learns of a dead peer by TCP alone.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            // Not before: .NET 8 and 9 refuse to try the addresses of a name with a socket that has such options (dotnet/runtime,
            // Socket.Unix.cs).
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            return new ReadAheadStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
