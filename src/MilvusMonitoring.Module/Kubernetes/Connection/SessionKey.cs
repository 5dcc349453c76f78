using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>
/// Identifies a session: two commands with the same cluster and the same user have the same key. The key is a digest, so that it holds no
/// secret.
/// </summary>
internal static class SessionKey
{
    /// <summary>Computes the key.</summary>
    /// <param name="proxy">The proxy on the way to the server, if any.</param>
    public static string Compute(ClusterSettings settings, Uri? proxy)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in ListParts(settings, proxy))
        {
            // The length of each part keeps two different lists from giving the same bytes.
            var bytes = Encoding.UTF8.GetBytes(part ?? "\0");
            digest.AppendData(BitConverter.GetBytes(bytes.Length));
            digest.AppendData(bytes);
        }

        return Convert.ToHexString(digest.GetHashAndReset());
    }

    private static IEnumerable<string?> ListParts(ClusterSettings settings, Uri? proxy)
    {
        var user = settings.User;
        IEnumerable<string?> parts =
        [
            settings.Server.AbsoluteUri,
            settings.TlsServerName,
            proxy?.OriginalString,
            settings.DisableCompression ? "plain" : null,
            Identify(settings.CertificateAuthority),
            user.Name,
            user.File,
            Identify(user.ClientCertificate),
            Identify(user.ClientKey),
            user.Token,
            user.TokenFile,
            user.Username,
            user.Password,
        ];
        if (user.Impersonation is { } other)
        {
            parts = parts.Concat([
                other.User,
                other.Uid,
                .. other.Groups,
                .. other.Extra.SelectMany(extra => new[] { extra.Key, extra.Value }),
            ]);
        }

        return user.Exec is null ? parts : parts.Concat([settings.Folder, .. ListParts(user.Exec)]);
    }

    // A renewed file is another certificate, which the time of the last write shows.
    private static string? Identify(KubeconfigData data)
    {
        if (data.Data is { } content)
        {
            return Convert.ToHexString(SHA256.HashData(content));
        }

        return data.Path is { } path
            ? string.Create(CultureInfo.InvariantCulture, $"{path} {File.GetLastWriteTimeUtc(path).Ticks}")
            : null;
    }

    /// <summary>A plugin also depends on its environment: another profile in a variable is another user.</summary>
    private static IEnumerable<string?> ListParts(KubeconfigExec exec) =>
        [
            exec.ApiVersion,
            exec.Command,
            exec.InteractiveMode,
            exec.ProvideClusterInfo ? "info" : null,
            .. exec.Arguments,
            .. exec.Environment.SelectMany(variable => new[] { variable.Key, variable.Value }),
            .. Environment
                .GetEnvironmentVariables()
                .Cast<DictionaryEntry>()
                .Select(variable => $"{variable.Key}={variable.Value}")
                .Order(StringComparer.Ordinal),
        ];
}
