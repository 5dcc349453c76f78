using System.Net.Security;
using System.Net.Sockets;
using MilvusMonitoring.IO;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Servers;

/// <summary>Creates clients of an HTTP API at an address or in a pod.</summary>
internal static class ServiceHttp
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly HostDialer Dialer = new(ConnectLimit, TimeProvider.System);

    /// <summary>Creates a client of an API at an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="authorities">The authorities of its certificate; null for those of this machine.</param>
    public static HttpClient CreateForAddress(Uri address, ServerAuthorities? authorities)
    {
        var http = Create(
            new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancellationToken) => new NetworkStream(
                    await Dialer.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false),
                    ownsSocket: true),
                ConnectTimeout = ConnectLimit,
                SslOptions = ServerAuthorities.TrustHost(address.DnsSafeHost, authorities),
            },
            new Uri(Describe(address) + "/"));
        http.DefaultRequestHeaders.Host = HostDialer.GetHeader(address);
        return http;
    }

    /// <summary>Writes an address without a slash at its end, a query, or a user.</summary>
    public static string Describe(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>Creates a client of an API in a pod, through the API server. No port is opened on this machine.</summary>
    /// <param name="dialer">Opens the connections.</param>
    /// <param name="pod">The pod and its port.</param>
    /// <param name="path">The prefix of its paths, such as <c>/prometheus</c>; empty or a slash for none.</param>
    /// <param name="authorities">The authorities of its certificate; null if it serves no TLS.</param>
    public static HttpClient CreateForPod(PodDialer dialer, PodAddress pod, string path, ServerAuthorities? authorities) =>
        Create(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) =>
                    await dialer.DialAsync(pod.Namespace, pod.Pod, pod.Port, cancellationToken).ConfigureAwait(false),
                ConnectTimeout = ConnectLimit,
                UseProxy = false,
                AllowAutoRedirect = false,
                SslOptions = authorities?.TrustPod() ?? new SslClientAuthenticationOptions(),
            },
            new Uri(
                $"{(authorities is null ? "http" : "https")}://localhost:{pod.Port}/"
                    + (path.Trim('/') is { Length: > 0 } prefix ? prefix + "/" : string.Empty)));

    private static HttpClient Create(SocketsHttpHandler handler, Uri address) =>
        new(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
}
