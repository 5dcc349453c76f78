using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Kubernetes.Connection;

/// <summary>
/// Tells whether two commands mean the same cluster and the same user: a digest of all that decides it, so that no secret is kept by it.
/// </summary>
internal static class SessionKey
{
    /// <summary>The digest.</summary>
    /// <param name="settings">The cluster and the user, as the kubeconfig has them now.</param>
    /// <param name="proxy">The proxy that leads to it, if any.</param>
    public static string Compute(ClusterSettings settings, Uri? proxy)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in Parts(settings, proxy))
        {
            // With its length, so that no two lists of parts read alike.
            var bytes = Encoding.UTF8.GetBytes(part ?? "\0");
            digest.AppendData(BitConverter.GetBytes(bytes.Length));
            digest.AppendData(bytes);
        }

        return Convert.ToHexString(digest.GetHashAndReset());
    }

    private static IEnumerable<string?> Parts(ClusterSettings settings, Uri? proxy)
    {
        var user = settings.User;
        IEnumerable<string?> parts =
        [
            settings.Server.AbsoluteUri,
            settings.TlsServerName,
            proxy?.OriginalString,
            settings.DisableCompression ? "plain" : null,
            Compute(settings.CertificateAuthority),
            user.Name,
            user.File,
            Compute(user.ClientCertificate),
            Compute(user.ClientKey),
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

        return user.Exec is null ? parts : parts.Concat(Compute(user.Exec));
    }

    // A file that is renewed is another certificate.
    private static string? Compute(KubeconfigData data) =>
        data.Data is { } content ? Convert.ToHexString(SHA256.HashData(content))
        : data.Path is { } path ? string.Create(CultureInfo.InvariantCulture, $"{path} {File.GetLastWriteTimeUtc(path).Ticks}")
        : null;

    /// <summary>A plugin goes by its environment too: another profile there is another user.</summary>
    private static IEnumerable<string?> Compute(KubeconfigExec exec) =>
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
