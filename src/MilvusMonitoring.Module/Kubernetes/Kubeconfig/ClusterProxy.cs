using System.Globalization;
using System.Net;

namespace MilvusMonitoring.Kubernetes.Kubeconfig;

/// <summary>
/// Finds the proxy on the way to an API server: from the kubeconfig, or else from the environment by the rules of Go, as in kubectl.
/// </summary>
/// <remarks>
/// .NET's own rules support no address ranges in <c>NO_PROXY</c>, and also ask Windows for a proxy.
/// </remarks>
internal static class ClusterProxy
{
    /// <summary>Finds the address of the proxy, with its credentials; null to connect directly.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    public static Uri? Find(ClusterSettings settings, Func<string, string?> environment)
    {
        if (settings.Proxy is not null)
        {
            return settings.Proxy;
        }

        var address = Variable(environment, "HTTPS_PROXY");
        if (address is null || settings.Server.IsLoopback || IsExcluded(settings.Server, Variable(environment, "NO_PROXY")))
        {
            return null;
        }

        return TryParse(address.Contains("://", StringComparison.Ordinal) ? address : "http://" + address) ?? throw new MonitoringException(
            ErrorId.KubeconfigInvalid,
            "The environment variable HTTPS_PROXY is not the address of a proxy",
            "set it to http://HOST:PORT, or name the API server in NO_PROXY",
            target: null);
    }

    /// <summary>Parses the address of a proxy; null if the text is not such an address.</summary>
    public static Uri? TryParse(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var proxy) && proxy.Host.Length > 0 && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : null;

    /// <summary>Converts the address of a proxy, with its credentials, to the form of the HTTP client.</summary>
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

    /// <summary>Parses a range of addresses; null if the text is none. As in Go, any address of the range may name it.</summary>
    private static IPNetwork? ParseRange(string text)
    {
        var parts = text.Split('/');
        if (parts.Length != 2
            || !IPAddress.TryParse(parts[0], out var address)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        if (length > bytes.Length * 8)
        {
            return null;
        }

        // .NET 8 refuses an address with bits beyond the length.
        for (var index = 0; index < bytes.Length; index++)
        {
            bytes[index] &= (byte)(0xFF00 >> Math.Clamp(length - (index * 8), 0, 8));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static string? Variable(Func<string, string?> environment, string name) =>
        new[] { name, name.ToLowerInvariant() }.Select(environment).FirstOrDefault(value => !string.IsNullOrEmpty(value));

    private static bool IsExcluded(Uri server, string? exclusions) =>
        exclusions?
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Any(entry => Covers(entry, server)) == true;

    private static bool Covers(string entry, Uri server)
    {
        if (entry == "*")
        {
            return true;
        }

        var host = server.IdnHost.Trim('[', ']').TrimEnd('.');
        if (IPAddress.TryParse(host, out var address))
        {
            if (ParseRange(entry) is { } range)
            {
                return range.Contains(address);
            }

            return IPEndPoint.TryParse(entry, out var excluded)
                && excluded.Address.Equals(address)
                && (excluded.Port == 0 || excluded.Port == server.Port);
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

        // "example.com" covers itself and its subdomains; ".example.com" and "*.example.com" cover the subdomains only.
        var domain = entry.StartsWith("*.", StringComparison.Ordinal) ? entry[1..] : entry;
        return domain.StartsWith('.')
            ? host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)
            : host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
    }
}
