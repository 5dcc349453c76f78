using System.Globalization;
using System.Net;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>
/// Which proxy leads to an API server: the kubeconfig's, else the environment's by the rules of Go, which kubectl goes by.
/// </summary>
/// <remarks>
/// .NET's own reading of the environment knows no address ranges in <c>NO_PROXY</c> and asks Windows for a proxy besides.
/// </remarks>
internal static class ClusterProxy
{
    /// <summary>Finds the proxy.</summary>
    /// <param name="settings">The cluster.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <returns>The proxy's address, with its credentials; null to connect without one.</returns>
    public static Uri? Find(ClusterSettings settings, Func<string, string?> environment)
    {
        if (settings.Proxy is not null)
        {
            return settings.Proxy;
        }

        var address = Variable(environment, "HTTPS_PROXY");
        if (address is null || settings.Server.IsLoopback || IsExcepted(settings.Server, Variable(environment, "NO_PROXY")))
        {
            return null;
        }

        return
            Uri.TryCreate(
                address.Contains("://", StringComparison.Ordinal) ? address : "http://" + address,
                UriKind.Absolute,
                out var proxy)
            && proxy.Host.Length > 0
            && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw new MonitoringException(
                ErrorId.KubeconfigInvalid,
                "The environment variable HTTPS_PROXY holds no proxy's address",
                "give it as http://HOST:PORT, or name the API server in NO_PROXY",
                target: null);
    }

    /// <summary>Makes of a proxy's address what the HTTP client takes.</summary>
    /// <param name="proxy">The address, with its credentials.</param>
    /// <returns>The proxy.</returns>
    public static IWebProxy ToWebProxy(Uri proxy)
    {
        var result = new WebProxy(new UriBuilder(proxy) { UserName = "", Password = "" }.Uri);
        if (proxy.UserInfo.Length > 0)
        {
            var parts = proxy.UserInfo.Split(':', 2);
            result.Credentials = new NetworkCredential(
                Uri.UnescapeDataString(parts[0]),
                parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
        }

        return result;
    }

    private static string? Variable(Func<string, string?> environment, string name) =>
        environment(name) is { Length: > 0 } upper ? upper
        : environment(name.ToLowerInvariant()) is { Length: > 0 } lower ? lower
        : null;

    private static bool IsExcepted(Uri server, string? exceptions) =>
        exceptions?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Any(entry => Covers(entry, server))
        == true;

    private static bool Covers(string entry, Uri server)
    {
        if (entry == "*")
        {
            return true;
        }

        var host = server.IdnHost.Trim('[', ']').TrimEnd('.');
        if (IPAddress.TryParse(host, out var address))
        {
            return IPNetwork.TryParse(entry, out var network)
                ? network.Contains(address)
                : IPEndPoint.TryParse(entry, out var excepted)
                    && excepted.Address.Equals(address)
                    && (excepted.Port == 0 || excepted.Port == server.Port);
        }

        var colon = entry.LastIndexOf(':');
        if (colon >= 0)
        {
            if (entry[(colon + 1)..] != server.Port.ToString(CultureInfo.InvariantCulture))
            {
                return false;
            }

            entry = entry[..colon];
        }

        // "example.com" covers itself and what is below it; ".example.com" and "*.example.com" only what is below.
        var domain = entry.StartsWith("*.", StringComparison.Ordinal) ? entry[1..] : entry;
        return domain.StartsWith('.')
            ? host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
            : host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
    }
}
