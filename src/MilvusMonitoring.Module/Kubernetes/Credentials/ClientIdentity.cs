using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>A client certificate with its key, and the intermediate certificates that are sent along with it.</summary>
internal sealed class ClientIdentity : IDisposable
{
    private readonly X509Certificate2 _certificate;

    /// <summary>Takes over the certificate.</summary>
    /// <param name="certificate">The certificate with its key.</param>
    /// <param name="chain">The certificate again and those that signed it.</param>
    public ClientIdentity(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        _certificate = certificate;
        TlsContext = SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    /// <summary>What TLS needs of it.</summary>
    public SslStreamCertificateContext TlsContext { get; }

    /// <inheritdoc />
    public void Dispose() => _certificate.Dispose();
}
