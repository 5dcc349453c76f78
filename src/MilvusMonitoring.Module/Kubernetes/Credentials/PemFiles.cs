using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>Reads the certificates and keys of kubeconfigs and exec plugins: PEM, in a file or inline.</summary>
internal static class PemFiles
{
    private const string OwnKey = "give the certificate's own RSA or EC key as PEM (PKCS#1, SEC 1 or PKCS#8)";
    private const int LongestReason = 400;

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
    /// <param name="storage">Holds the key; null for this system's storage.</param>
    public static ClientIdentity ReadIdentity(
        KubeconfigData certificate,
        KubeconfigData key,
        string owner,
        KeyStorage? storage = null)
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

        using var leaf = ReadLeaf(chain[0], keyText, key, keyOwner);
        return new ClientIdentity(leaf, chain, storage ?? KeyStorage.Current, exception => CreateInvalid(
            key,
            keyOwner,
            $"cannot be used, because this system does not accept it ({Describe(exception)})",
            "run the command as a user whose profile is loaded, or sign in with a token",
            exception));
    }

    private static X509Certificate2 ReadLeaf(X509Certificate2 certificate, string keyText, KubeconfigData key, string keyOwner)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), keyText);
        }
        catch (ArgumentException exception)
        {
            throw CreateInvalid(key, keyOwner, "is not the key of that client certificate", OwnKey, exception);
        }
        catch (CryptographicException exception)
        {
            throw CreateInvalid(key, keyOwner, $"cannot be read ({Describe(exception)})", OwnKey, exception);
        }
    }

    private static string Describe(CryptographicException exception) =>
        OneLine.TrimPunctuation(OneLine.Clean(exception.Message, LongestReason));

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
            $"{OneLine.Capitalize(owner)} {source.Path ?? "in the kubeconfig"} {fault}",
            remedy,
            source.Path ?? owner,
            cause);
}
