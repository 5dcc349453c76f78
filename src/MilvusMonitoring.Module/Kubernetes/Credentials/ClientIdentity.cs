using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>A client certificate with its key, and the intermediate certificates that go to the server with it.</summary>
internal sealed class ClientIdentity : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly KeyStorage _storage;

    /// <summary>Creates the identity.</summary>
    /// <param name="certificate">The certificate with its key; the caller disposes of it.</param>
    /// <param name="chain">The certificate, and the authorities that signed it.</param>
    /// <param name="storage">Holds the key until the identity is disposed of.</param>
    /// <exception cref="CryptographicException">The system takes no such key.</exception>
    public ClientIdentity(X509Certificate2 certificate, X509Certificate2Collection chain, KeyStorage storage)
    {
        _storage = storage;
        _certificate = storage.Add(certificate);
        try
        {
            TlsContext = SslStreamCertificateContext.Create(_certificate, chain, offline: true);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public SslStreamCertificateContext TlsContext { get; }

    public void Dispose() => _storage.Remove(_certificate);
}
