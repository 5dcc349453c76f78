using System.Security.Cryptography.X509Certificates;

namespace MilvusMonitoring.IO;

/// <summary>How the runtime builds the chain of a server's certificate.</summary>
internal static class OfflineChain
{
    /// <summary>
    /// Creates a policy that fetches nothing: a certificate can name any address for its issuer or its revocation, and the runtime would
    /// fetch it before it knows whether the certificate is trusted.
    /// </summary>
    public static X509ChainPolicy CreatePolicy() =>
        new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
}
