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

    private static readonly HostDialer Dialer = new(ConnectTimeout, TimeProvider.System);

    private readonly HttpMessageInvoker _invoker;
    private readonly string _host;
    private readonly string? _tlsServerName;
    private readonly bool _opensTls;

    /// <summary>Creates the transport. No connection is opened yet.</summary>
    /// <param name="proxy">The proxy on the way to the server, if any.</param>
    /// <param name="identity">The client certificate; the caller disposes of it.</param>
    /// <param name="clientContext">What TLS needs of the client certificate.</param>
    public ClusterTransport(
        ClusterSettings settings,
        Uri? proxy,
        ServerCertificateCheck check,
        ClientIdentity? identity,
        SslStreamCertificateContext? clientContext)
    {
        Identity = identity;
        _host = HostDialer.GetHeader(settings.Server);
        _tlsServerName = settings.TlsServerName is { } name && name != settings.Server.IdnHost ? name : null;
        _opensTls = proxy is null
            && settings.Server.Scheme == Uri.UriSchemeHttps
            && (_tlsServerName is not null || _host != settings.Server.Authority);
        _invoker = new HttpMessageInvoker(CreateHandler(settings, proxy, check, clientContext), disposeHandler: true);
    }

    /// <summary>The limit for opening a connection.</summary>
    public static TimeSpan ConnectTimeout => TimeSpan.FromSeconds(10);

    /// <summary>The client certificate of these connections.</summary>
    public ClientIdentity? Identity { get; }

    /// <summary>Sends a request once.</summary>
    /// <returns>The response; its body is not read yet.</returns>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_opensTls)
        {
            // For the handler this is HTTP without TLS: it would send the name of the TLS handshake as the host of the request.
            var server = request.RequestUri!;
            request.Headers.Host = _host;
            request.RequestUri = new UriBuilder(server) { Scheme = Uri.UriSchemeHttp, Port = server.Port }.Uri;
        }
        else if (_tlsServerName is not null)
        {
            // The handler opens TLS in the tunnel of a proxy, and takes a name other than the address's from this header only.
            request.Headers.Host = _tlsServerName;
        }
        else if (request.RequestUri!.Scheme == Uri.UriSchemeHttp)
        {
            request.Headers.Host = _host;
        }

        return _invoker.SendAsync(request, cancellationToken);
    }

    public void Dispose() => _invoker.Dispose();

    private SocketsHttpHandler CreateHandler(
        ClusterSettings settings,
        Uri? proxy,
        ServerCertificateCheck check,
        SslStreamCertificateContext? clientContext)
    {
        var tls = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = check.Validate,
            ClientCertificateContext = clientContext,
            // The check trusts what the runtime decides on the certificate of an https proxy.
            CertificateChainPolicy = proxy?.Scheme == Uri.UriSchemeHttps
                ? OfflineChain.CreatePolicy()
                : ServerCertificateCheck.RuntimePolicy(),
        };
        if (_opensTls)
        {
            tls.TargetHost = check.ExpectedHost;
        }

        return CreateHandler(settings, proxy, tls);
    }

    private SocketsHttpHandler CreateHandler(ClusterSettings settings, Uri? proxy, SslClientAuthenticationOptions tls) =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = settings.DisableCompression ? DecompressionMethods.None : DecompressionMethods.GZip,
            UseProxy = proxy is not null,
            Proxy = proxy is null ? null : ClusterProxy.ToWebProxy(proxy),
            ConnectTimeout = ConnectTimeout,
            ConnectCallback = _opensTls
                ? async (context, cancellationToken) =>
                    await OpenTlsAsync(await ConnectAsync(context, cancellationToken).ConfigureAwait(false), tls, cancellationToken)
                        .ConfigureAwait(false)
                : ConnectAsync,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = StreamWindow,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            SslOptions = tls,
        };

    // HTTP/2 has pings. A watch over HTTP/1.1 detects a dead peer by TCP keep-alive alone.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = await Dialer.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
        try
        {
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

    private static async Task<Stream> OpenTlsAsync(Stream plain, SslClientAuthenticationOptions tls, CancellationToken cancellationToken)
    {
        var stream = new SslStream(plain);
        try
        {
            await stream.AuthenticateAsClientAsync(tls, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
