using System.Net.Sockets;
using System.Security.Authentication;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>How far a request came that got no answer.</summary>
internal enum TransportStage
{
    /// <summary>It was not sent, and another try may do better.</summary>
    NotSent,

    /// <summary>It was not sent: nobody took the call, for as long as one waits for that.</summary>
    ConnectTimedOut,

    /// <summary>It was sent and the answer was lost: the server may have acted.</summary>
    Lost,

    /// <summary>Another try would end the same.</summary>
    Final,
}

/// <summary>Why a request got no answer.</summary>
/// <param name="Stage">How far it came.</param>
/// <param name="Reason">The reason, one short phrase.</param>
/// <param name="Error">The error to show once it is given up.</param>
internal sealed record TransportFailure(TransportStage Stage, string Reason, MonitoringException Error)
{
    private const string AddressRemedy =
        "see that the address is right, that the cluster runs, and that a VPN or firewall lets you through";
    private const string ProxyRemedy = "correct proxy-url in the kubeconfig, or $env:HTTPS_PROXY and $env:NO_PROXY";

    /// <summary>Judges what went wrong below HTTP.</summary>
    /// <param name="exception">What the transport threw.</param>
    /// <param name="settings">The cluster.</param>
    /// <param name="proxy">The proxy that leads to it, if any.</param>
    /// <param name="check">The check of the server's certificate.</param>
    /// <returns>The failure.</returns>
    public static TransportFailure From(Exception exception, ClusterSettings settings, Uri? proxy, ServerCertificateCheck check)
    {
        var server = ClusterSettings.AddressOf(settings.Server);
        var causes = Causes(exception).ToList();
        var http = causes.OfType<HttpRequestException>().FirstOrDefault()?.HttpRequestError;
        if (causes.OfType<AuthenticationException>().FirstOrDefault() is { } authentication)
        {
            return check.Refusal is { } refusal
                ? new TransportFailure(
                    TransportStage.Final,
                    "its certificate is not trusted",
                    NotTrusted(server, settings, refusal, exception))
                : Unreachable(
                    TransportStage.Final,
                    server,
                    "the TLS handshake failed: " + Words(authentication),
                    "see that this address is the API server's TLS port",
                    exception);
        }

        if (http == HttpRequestError.ProxyTunnelError)
        {
            return Unreachable(
                TransportStage.NotSent,
                server,
                Through(proxy) + "it does not let this through: " + Words(causes[^1]),
                ProxyRemedy,
                exception);
        }

        var stage = http
            is HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError
            ? TransportStage.NotSent
            : TransportStage.Lost;
        return causes.OfType<SocketException>().LastOrDefault() is { } socket
            ? Unreachable(
                stage,
                server,
                Through(proxy) + Words(socket, (proxy ?? settings.Server).Host),
                proxy is null ? Remedy(socket) : ProxyRemedy,
                exception)
            : Unreachable(
                stage,
                server,
                http == HttpRequestError.SecureConnectionError
                    ? "the connection was cut in the TLS handshake"
                    : "the connection was lost: " + Words(causes[^1]),
                "run the command again",
                exception);
    }

    /// <summary>A connection that could not be opened in time.</summary>
    /// <param name="server">The server.</param>
    /// <param name="proxy">The proxy that leads to it, if any.</param>
    /// <param name="exception">The cause.</param>
    /// <returns>The failure.</returns>
    public static TransportFailure ConnectTimedOut(Uri server, Uri? proxy, Exception exception) => Unreachable(
        TransportStage.ConnectTimedOut,
        ClusterSettings.AddressOf(server),
        $"{Through(proxy)}no connection within {ClusterTransport.ConnectTimeout.TotalSeconds:0} s",
        proxy is null ? AddressRemedy : ProxyRemedy,
        exception);

    /// <summary>An answer that did not come in time.</summary>
    /// <param name="request">The request.</param>
    /// <param name="settings">The cluster.</param>
    /// <param name="timeout">The limit.</param>
    /// <param name="exception">The cause.</param>
    /// <returns>The failure.</returns>
    public static TransportFailure AnswerTimedOut(
        ClusterRequest request,
        ClusterSettings settings,
        TimeSpan timeout,
        Exception exception) =>
        new(
            TransportStage.Lost,
            $"no answer within {timeout.TotalSeconds:0.#} s",
            new MonitoringException(
                ErrorId.TimedOut,
                $"The API server {ClusterSettings.AddressOf(settings.Server)} did not answer {request.Method} {PathOnly(request)} within {timeout.TotalSeconds:0.#} s",
                "see whether it is overloaded, and run the command again",
                ClusterSettings.AddressOf(settings.Server),
                exception));

    private static TransportFailure Unreachable(TransportStage stage, string server, string reason, string remedy, Exception cause) =>
        new(
            stage,
            reason,
            new MonitoringException(
                ErrorId.ClusterUnreachable,
                $"The API server {server} cannot be reached: {reason}",
                remedy,
                server,
                cause));

    private static MonitoringException NotTrusted(string server, ClusterSettings settings, string refusal, Exception cause) => new(
        ErrorId.CertificateNotTrusted,
        $"The certificate of the API server {server} {refusal}",
        CertificateRemedy(settings, refusal),
        server,
        cause);

    private static string CertificateRemedy(ClusterSettings settings, string refusal) =>
        ServerCertificateCheck.IsAboutTime(refusal) ? "have it renewed, or set the clock of this machine right"
        : settings.CertificateAuthority.IsAbsent ? "give the cluster's CA as certificate-authority in the kubeconfig"
        : "correct server, tls-server-name or certificate-authority in the kubeconfig, or have the certificate renewed";

    private static string Words(SocketException exception, string host) => exception.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.NoRecovery => $"the name {host} is not known",
        SocketError.TryAgain => $"the name {host} cannot be looked up just now",
        SocketError.ConnectionRefused => "the connection was refused",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "the connection was reset",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no route to it",
        SocketError.TimedOut => "no connection was made in time",
        _ => Words(exception),
    };

    private static string Remedy(SocketException exception) =>
        exception.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.NoRecovery or SocketError.TryAgain =>
                "correct server in the kubeconfig, or see that a VPN or name server that knows it is there",
            SocketError.ConnectionReset or SocketError.ConnectionAborted => "run the command again",
            _ => AddressRemedy,
        };

    private static string Words(Exception exception) => OneLine.WithoutEnd(OneLine.Clean(exception.Message, 200));

    private static string Through(Uri? proxy) => proxy is null ? "" : $"through the proxy {proxy.Host}:{proxy.Port}: ";

    private static string PathOnly(ClusterRequest request) => request.PathAndQuery.Split('?')[0];

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }
}
