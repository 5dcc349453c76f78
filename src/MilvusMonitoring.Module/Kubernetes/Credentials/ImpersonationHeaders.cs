using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>The headers with which one user acts as another.</summary>
internal static class ImpersonationHeaders
{
    /// <summary>
    /// Adds the headers. Each name occurs once: .NET would join several values of one name, which the API server reads as one
    /// strange group.
    /// </summary>
    public static void Add(HttpRequestHeaders headers, Impersonation? impersonation)
    {
        if (impersonation is null)
        {
            return;
        }

        headers.Add("Impersonate-User", impersonation.User);
        if (impersonation.Uid is { } uid)
        {
            headers.Add("Impersonate-Uid", uid);
        }

        foreach (var group in impersonation.Groups)
        {
            headers.Add("Impersonate-Group", group);
        }

        foreach (var (key, value) in impersonation.Extra)
        {
            headers.Add("Impersonate-Extra-" + EscapeKey(key), value);
        }
    }

    // The API server decodes %xx in these header names. Such keys often hold a slash, which a header name must not hold.
    private static string EscapeKey(string key)
    {
        var escaped = new StringBuilder(key.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(key))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || "!#$&'*+-.^_`|~".Contains((char)octet, StringComparison.Ordinal))
            {
                escaped.Append((char)octet);
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
            }
        }

        return escaped.ToString();
    }
}
