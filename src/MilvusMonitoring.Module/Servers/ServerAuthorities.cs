using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MilvusMonitoring.IO;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.Servers;

/// <summary>The authorities that may sign the certificate of a server.</summary>
internal sealed class ServerAuthorities(X509Certificate2Collection certificates)
{
    /// <summary>Reads a file of PEM certificates.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="parameter">The parameter that names it, for the error.</param>
    public static ServerAuthorities Read(string path, string parameter)
    {
        string text;
        try
        {
            text = BoundedFile.ReadText(path, Bounds.CredentialFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CreateInvalid($"cannot be read: {OneLine.TrimPunctuation(OneLine.Clean(exception.Message, 200))}", exception);
        }

        return Find(text) ?? throw CreateInvalid($"{path} holds no PEM certificate that can be read", null);

        MonitoringException CreateInvalid(string fault, Exception? cause) => new(
            ErrorId.ParameterInvalid,
            $"The file of -{parameter} {fault}",
            "give the path of PEM certificates (-----BEGIN CERTIFICATE-----)",
            parameter,
            cause);
    }

    /// <summary>Finds the certificates in a text; null if it has none that can be read.</summary>
    public static ServerAuthorities? Find(string text)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            return null;
        }

        return certificates.Count > 0 ? new ServerAuthorities(certificates) : null;
    }

    /// <summary>Trusts a server at an address: its certificate has to name the host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="authorities">The authorities; null for those of this machine.</param>
    public static SslClientAuthenticationOptions TrustHost(string host, ServerAuthorities? authorities) => new()
    {
        CertificateChainPolicy = ServerCertificateCheck.RuntimePolicy(),
        RemoteCertificateValidationCallback =
            new ServerCertificateCheck(host, authorities?.Certificates, TimeProvider.System).Validate,
    };

    /// <summary>
    /// Trusts a server in a pod: the API server leads to that pod and to no other, so that the certificate may name any host.
    /// </summary>
    public SslClientAuthenticationOptions TrustPod() => new()
    {
        CertificateChainPolicy = ServerCertificateCheck.RuntimePolicy(),
        RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            certificate is X509Certificate2 shown && FindRefusal(shown, chain) is { } refusal
                ? throw new CertificateRefusedException(refusal)
                : certificate is X509Certificate2,
    };

    private X509Certificate2Collection Certificates => certificates;

    private CertificateRefusal? FindRefusal(X509Certificate2 shown, X509Chain? chain)
    {
        if (certificates.Any(known => known.RawDataMemory.Span.SequenceEqual(shown.RawDataMemory.Span)))
        {
            return null;
        }

        var host = shown.GetNameInfo(X509NameType.DnsName, forIssuer: false);
        return new ServerCertificateCheck(host, certificates, TimeProvider.System).FindRefusal(shown, chain?.ChainPolicy.ExtraStore);
    }
}
