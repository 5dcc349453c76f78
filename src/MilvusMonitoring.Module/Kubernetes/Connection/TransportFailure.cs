using System.Net.Sockets;
using System.Security.Authentication;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>How far a request came that got no response.</summary>
internal enum TransportStage
{
    /// <summary>The request was not sent. Another try may succeed.</summary>
    NotSent,

    /// <summary>The request was not sent: no connection was opened within the limit.</summary>
    ConnectTimedOut,

    /// <summary>The request was sent and the response was lost: the server may have acted.</summary>
    Lost,

    /// <summary>Another try would fail in the same way.</summary>
    Final,
}

/// <summary>Why a request got no response.</summary>
/// <param name="Reason">The reason, one short phrase.</param>
/// <param name="Error">The error to throw when no further try is made.</param>
internal sealed record TransportFailure(TransportStage Stage, string Reason, MonitoringException Error)
{
    private const string AddressRemedy =
        "check that the address is right, that the cluster runs, and that a VPN or firewall lets you through";
    private const string ProxyRemedy = "correct proxy-url in the kubeconfig, or $env:HTTPS_PROXY and $env:NO_PROXY";
    private const string RunAgain = "run the command again";

    /// <summary>Explains an exception of the transport.</summary>
    /// <param name="proxy">The proxy on the way to the cluster, if any.</param>
    public static TransportFailure From(Exception exception, ClusterSettings settings, Uri? proxy)
    {
        var server = ClusterSettings.AddressOf(settings.Server);
        var causes = ListCauses(exception).ToList();
        if (causes.OfType<CertificateRefusedException>().FirstOrDefault() is { } refused)
        {
            return NotTrusted(server, settings, refused.Refusal, exception);
        }

        if (causes.Find(KeyStorage.IsRefusal) is { } keyRefusal)
        {
            return Unreachable(
                TransportStage.Final,
                server,
                "the TLS of this system does not accept the client key: " + Describe(keyRefusal),
                "run the command as a user whose profile is loaded, or sign in with a token",
                exception);
        }

        if (causes.OfType<AuthenticationException>().FirstOrDefault() is { } authentication)
        {
            return Unreachable(
                TransportStage.Final,
                server,
                "the TLS handshake failed: " + Describe(authentication),
                "check that this address is the API server's TLS port",
                exception);
        }

        var http = causes.OfType<HttpRequestException>().FirstOrDefault()?.HttpRequestError;
        if (http == HttpRequestError.ProxyTunnelError)
        {
            return Unreachable(
                TransportStage.NotSent,
                server,
                Via(proxy) + "the proxy refuses the connection: " + Describe(causes[^1]),
                ProxyRemedy,
                exception);
        }

        var isNotSent = http
            is HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError;
        var stage = isNotSent ? TransportStage.NotSent : TransportStage.Lost;
        if (causes.OfType<SocketException>().LastOrDefault() is { } socket)
        {
            return Unreachable(
                stage,
                server,
                Via(proxy) + Describe(socket, (proxy ?? settings.Server).Host),
                proxy is null ? RemedyFor(socket) : ProxyRemedy,
                exception);
        }

        var reason = http == HttpRequestError.SecureConnectionError
            ? "the connection was cut in the TLS handshake"
            : "the connection was lost: " + Describe(causes[^1]);
        return Unreachable(stage, server, reason, RunAgain, exception);
    }

    /// <summary>The failure of a connection that was not opened in time.</summary>
    /// <param name="proxy">The proxy on the way to the server, if any.</param>
    public static TransportFailure ConnectTimedOut(Uri server, Uri? proxy, Exception exception) => Unreachable(
        TransportStage.ConnectTimedOut,
        ClusterSettings.AddressOf(server),
        $"{Via(proxy)}no connection within {ClusterTransport.ConnectTimeout.TotalSeconds:0} s",
        proxy is null ? AddressRemedy : ProxyRemedy,
        exception);

    /// <summary>The failure of a request whose response did not come in time.</summary>
    public static TransportFailure ResponseTimedOut(
        ClusterRequest request,
        ClusterSettings settings,
        TimeSpan timeout,
        Exception exception)
    {
        var server = ClusterSettings.AddressOf(settings.Server);
        var limit = $"within {timeout.TotalSeconds:0.#} s";
        return new TransportFailure(
            TransportStage.Lost,
            $"no response {limit}",
            new MonitoringException(
                ErrorId.TimedOut,
                $"The API server {server} did not answer {request.Method} {request.Path} {limit}",
                "see whether it is overloaded, and run the command again",
                server,
                exception));
    }

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

    private static TransportFailure NotTrusted(string server, ClusterSettings settings, CertificateRefusal refusal, Exception cause) =>
        new(
            TransportStage.Final,
            "its certificate is not trusted",
            new MonitoringException(
                ErrorId.CertificateNotTrusted,
                $"The certificate of the API server {server} {refusal.Text}",
                RemedyFor(refusal.Kind, settings),
                server,
                cause));

    private static string RemedyFor(CertificateFault fault, ClusterSettings settings)
    {
        if (fault == CertificateFault.OutOfDate)
        {
            return "have it renewed, or set the clock of this machine right";
        }

        return settings.CertificateAuthority.IsAbsent
            ? "give the cluster's CA as certificate-authority in the kubeconfig"
            : "correct server, tls-server-name or certificate-authority in the kubeconfig, or have the certificate renewed";
    }

    private static string RemedyFor(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.NoRecovery or SocketError.TryAgain =>
            "correct server in the kubeconfig, or connect to the VPN or name server that knows the name",
        SocketError.ConnectionReset or SocketError.ConnectionAborted => RunAgain,
        _ => AddressRemedy,
    };

    private static string Describe(SocketException exception, string host) => exception.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.NoRecovery => $"the name {host} is not known",
        SocketError.TryAgain => $"the name server does not answer for {host} at the moment",
        SocketError.ConnectionRefused => "the connection was refused",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "the connection was reset",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no route to it",
        SocketError.TimedOut => "no connection was made in time",
        _ => Describe(exception),
    };

    private static string Describe(Exception exception)
    {
        // The name of a parameter of .NET says nothing to a user.
        var message = exception is ArgumentException { ParamName: { } name }
            ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : exception.Message;
        return OneLine.TrimPunctuation(OneLine.Clean(message, 200));
    }

    private static string Via(Uri? proxy) => proxy is null ? "" : $"through the proxy {proxy.Host}:{proxy.Port}: ";

    private static IEnumerable<Exception> ListCauses(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }
}
