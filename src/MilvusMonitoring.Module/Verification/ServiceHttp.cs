using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Verification;

/// <summary>Ways to an HTTP API: at an address, or in a pod.</summary>
internal static class ServiceHttp
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <summary>At an address that was given.</summary>
    public static HttpClient At(Uri address) =>
        Client(new SocketsHttpHandler { ConnectTimeout = ConnectLimit }, new Uri(Shown(address) + "/"));

    /// <summary>An address without a slash at its end, a query, or a user in it.</summary>
    public static string Shown(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    /// <summary>In a pod, through the API server; no port is opened on this machine.</summary>
    /// <param name="dialer">Opens the connections.</param>
    /// <param name="pod">The pod and its port.</param>
    /// <param name="path">What its paths begin with, such as <c>/prometheus</c>; empty or a slash for nothing.</param>
    public static HttpClient CreateForPod(PodDialer dialer, PodAddress pod, string path) =>
        Client(
            new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) =>
                    await dialer.DialAsync(pod.Namespace, pod.Pod, pod.Port, cancellationToken).ConfigureAwait(false),
                ConnectTimeout = ConnectLimit,
                UseProxy = false,
                AllowAutoRedirect = false,
            },
            new Uri($"http://localhost:{pod.Port}/{(path.Trim('/') is { Length: > 0 } prefix ? prefix + "/" : string.Empty)}")
        );

    private static HttpClient Client(SocketsHttpHandler handler, Uri address) =>
        new(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
}
