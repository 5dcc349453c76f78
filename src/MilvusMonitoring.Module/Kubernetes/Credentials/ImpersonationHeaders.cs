using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>The headers by which one user acts as another.</summary>
internal static class ImpersonationHeaders
{
    /// <summary>
    /// Adds them. Each stands once: .NET would join several values of a name to one, which the API server takes for one strange group.
    /// </summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="impersonation">Whom to act as, if anybody.</param>
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

    // The API server turns %xx in these header names back; a slash, usual in such keys, may not stand in a header's name.
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
