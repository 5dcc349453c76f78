using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>Certificates and keys as kubeconfigs and exec plugins give them: PEM, in a file or in place.</summary>
internal static class PemFiles
{
    /// <summary>Reads a certificate authority's bundle.</summary>
    /// <param name="source">Where it stands.</param>
    /// <param name="owner">Whose it is, for messages: <c>the cluster's CA</c>.</param>
    /// <returns>Its certificates, at least one.</returns>
    public static X509Certificate2Collection ReadBundle(KubeconfigData source, string owner)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Text(source, owner));
        }
        catch (CryptographicException exception)
        {
            throw Invalid(source, owner, "holds a certificate that cannot be read", "give PEM certificates", exception);
        }

        return certificates.Count > 0
            ? certificates
            : throw Invalid(source, owner, "holds no certificate", "give PEM certificates (-----BEGIN CERTIFICATE-----)");
    }

    /// <summary>Reads a client certificate, the intermediate ones after it, and its key.</summary>
    /// <param name="certificate">Where the certificate stands.</param>
    /// <param name="key">Where the key stands.</param>
    /// <param name="owner">Whose it is, for messages.</param>
    /// <returns>The certificate, ready for TLS; the caller disposes of it.</returns>
    public static ClientIdentity ReadIdentity(KubeconfigData certificate, KubeconfigData key, string owner)
    {
        var chain = ReadBundle(certificate, "the client certificate of " + owner);
        var keyOwner = "the client key of " + owner;
        var keyText = Text(key, keyOwner);
        if (keyText.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw Invalid(
                key,
                keyOwner,
                "is encrypted, and there is nobody to ask for its password",
                "give the key unencrypted, as openssl pkey writes it");
        }

        try
        {
            using var leaf = X509Certificate2.CreateFromPem(chain[0].ExportCertificatePem(), keyText);
            return new ClientIdentity(ForTls(leaf), chain);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw Invalid(
                key,
                keyOwner,
                "is no key of that client certificate",
                "give the certificate's own RSA or EC key as PEM (PKCS#1, SEC 1 or PKCS#8)",
                exception);
        }
    }

    // Windows cannot use a key in TLS that exists in memory alone.
    private static X509Certificate2 ForTls(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? ImportPkcs12(certificate.Export(X509ContentType.Pkcs12))
        : new X509Certificate2(certificate);

    private static X509Certificate2 ImportPkcs12(byte[] content) => new(content);

    private static string Text(KubeconfigData source, string owner)
    {
        if (source.Data is { } data)
        {
            return Encoding.UTF8.GetString(data);
        }

        try
        {
            return File.ReadAllText(source.Path!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Invalid(
                source,
                owner,
                $"cannot be read: {OneLine.WithoutEnd(OneLine.Clean(exception.Message))}",
                "correct its path in the kubeconfig (relative paths start at the kubeconfig's folder)",
                exception);
        }
    }

    private static MonitoringException Invalid(KubeconfigData source, string owner, string fault, string remedy, Exception? cause = null) =>
        new(
            ErrorId.KubeconfigInvalid,
            source.Path is null
                ? $"{Capital(owner)} in the kubeconfig {fault}; {remedy}."
                : $"{Capital(owner)} {source.Path} {fault}; {remedy}.",
            source.Path ?? owner,
            cause);

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
