using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>Reads the certificates and keys of kubeconfigs and exec plugins: PEM, in a file or inline.</summary>
internal static class PemFiles
{
    /// <summary>Reads a bundle of at least one certificate.</summary>
    /// <param name="owner">The owner of the bundle, for messages: <c>the cluster's CA</c>.</param>
    public static X509Certificate2Collection ReadBundle(KubeconfigData source, string owner)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(ReadText(source, owner));
        }
        catch (CryptographicException exception)
        {
            throw CreateInvalid(source, owner, "holds a certificate that cannot be read", "give PEM certificates", exception);
        }

        return certificates.Count > 0
            ? certificates
            : throw CreateInvalid(source, owner, "holds no certificate", "give PEM certificates (-----BEGIN CERTIFICATE-----)");
    }

    /// <summary>Reads a client certificate, its intermediate certificates and its key. The caller disposes of the result.</summary>
    /// <param name="owner">The owner of the certificate, for messages.</param>
    public static ClientIdentity ReadIdentity(KubeconfigData certificate, KubeconfigData key, string owner)
    {
        var chain = ReadBundle(certificate, "the client certificate of " + owner);
        var keyOwner = "the client key of " + owner;
        var keyText = ReadText(key, keyOwner);
        if (keyText.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw CreateInvalid(
                key,
                keyOwner,
                "is encrypted, and the module cannot prompt for a password",
                "give the key unencrypted, as openssl pkey writes it");
        }

        try
        {
            using var leaf = X509Certificate2.CreateFromPem(chain[0].ExportCertificatePem(), keyText);
            return new ClientIdentity(ForTls(leaf), chain);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw CreateInvalid(
                key,
                keyOwner,
                "is not the key of that client certificate",
                "give the certificate's own RSA or EC key as PEM (PKCS#1, SEC 1 or PKCS#8)",
                exception);
        }
    }

    // TLS on Windows cannot use a key that exists in memory only.
    private static X509Certificate2 ForTls(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? ImportPkcs12(certificate.Export(X509ContentType.Pkcs12))
        : new X509Certificate2(certificate);

    private static X509Certificate2 ImportPkcs12(byte[] content) => new(content);

    private static string ReadText(KubeconfigData source, string owner)
    {
        if (source.Data is { } data)
        {
            return Encoding.UTF8.GetString(data);
        }

        try
        {
            return BoundedFile.ReadText(source.Path!, Bounds.CredentialFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CreateInvalid(
                source,
                owner,
                $"cannot be read: {OneLine.TrimPunctuation(OneLine.Clean(exception.Message))}",
                "correct its path in the kubeconfig (relative paths start at the kubeconfig's folder)",
                exception);
        }
    }

    private static MonitoringException CreateInvalid(
        KubeconfigData source,
        string owner,
        string fault,
        string remedy,
        Exception? cause = null) =>
        new(
            ErrorId.KubeconfigInvalid,
            $"{Capitalize(owner)} {source.Path ?? "in the kubeconfig"} {fault}",
            remedy,
            source.Path ?? owner,
            cause);

    private static string Capitalize(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
