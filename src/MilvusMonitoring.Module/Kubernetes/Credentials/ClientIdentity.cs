using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>A client certificate with its key, and the intermediate certificates that go to the server with it.</summary>
internal sealed class ClientIdentity : IDisposable
{
    private readonly X509Certificate2 _certificate;

    /// <summary>Creates the identity, which disposes of the certificate.</summary>
    /// <param name="certificate">The certificate with its key.</param>
    /// <param name="chain">The certificate, and the authorities that signed it.</param>
    public ClientIdentity(X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        _certificate = certificate;
        TlsContext = SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    public SslStreamCertificateContext TlsContext { get; }

    public void Dispose() => _certificate.Dispose();
}
