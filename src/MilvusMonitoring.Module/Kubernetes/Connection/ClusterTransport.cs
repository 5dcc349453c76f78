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
    /// The size of a list or a CRD. With the default of 64 KB, a far server stops for a round trip after each 64 KB that it sends.
    /// </summary>
    private const int StreamWindow = 4 << 20;

    private readonly HttpMessageInvoker _invoker;

    /// <summary>Creates the transport. No connection is opened yet.</summary>
    /// <param name="proxy">The proxy on the way to the server, if any.</param>
    /// <param name="identity">The client certificate; the caller disposes of it.</param>
    public ClusterTransport(ClusterSettings settings, Uri? proxy, ServerCertificateCheck check, ClientIdentity? identity)
    {
        Identity = identity;
        _invoker = new HttpMessageInvoker(CreateHandler(settings, proxy, check, identity), disposeHandler: true);
    }

    /// <summary>The limit for opening a connection.</summary>
    public static TimeSpan ConnectTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The client certificate of these connections.</summary>
    public ClientIdentity? Identity { get; }

    /// <summary>Sends a request once.</summary>
    /// <returns>The response; its body is not read yet.</returns>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _invoker.SendAsync(request, cancellationToken);

    public void Dispose() => _invoker.Dispose();

    private static SocketsHttpHandler CreateHandler(
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
                // The check trusts what the runtime decides on the certificate of an https proxy.
                CertificateChainPolicy = proxy?.Scheme == Uri.UriSchemeHttps
                    ? OfflineChain.CreatePolicy()
                    : ServerCertificateCheck.RuntimePolicy(),
            },
        };

    // HTTP/2 has pings. A watch over HTTP/1.1 detects a dead peer by TCP keep-alive alone.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);

            // After the connect: .NET 8 and 9 refuse to try the addresses of a name with a socket that has these options
            // (dotnet/runtime, Socket.Unix.cs).
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
