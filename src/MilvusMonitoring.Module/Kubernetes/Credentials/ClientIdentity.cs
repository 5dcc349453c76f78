using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MilvusMonitoring.IO;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Kubernetes.Credentials;

/// <summary>A client certificate with its key, and the intermediate certificates that go to the server with it.</summary>
internal sealed class ClientIdentity : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly KeyStorage _storage;
    private readonly Task<SslStreamCertificateContext> _tlsContext;

    /// <summary>Creates the identity.</summary>
    /// <param name="certificate">The certificate with its key; the caller disposes of it.</param>
    /// <param name="chain">The certificate, and the authorities that signed it.</param>
    /// <param name="storage">Holds the key until the identity is disposed of.</param>
    /// <param name="createError">Creates the error for a key that the system does not take.</param>
    /// <exception cref="MonitoringException">The system takes no such key.</exception>
    public ClientIdentity(
        X509Certificate2 certificate,
        X509Certificate2Collection chain,
        KeyStorage storage,
        Func<CryptographicException, MonitoringException> createError)
    {
        _storage = storage;
        try
        {
            _certificate = storage.Add(certificate);
        }
        catch (CryptographicException exception)
        {
            throw createError(exception);
        }

        // Looks for authorities among the certificates of the machine, which takes long the first time.
        _tlsContext = Task.Run(() => CreateTlsContext(_certificate, chain, createError));
        _tlsContext.ObserveError();
    }

    public void Dispose() => _storage.Remove(_certificate);

    /// <summary>Gets what TLS needs of the identity.</summary>
    /// <exception cref="MonitoringException">The system does not take the key.</exception>
    public Task<SslStreamCertificateContext> GetTlsContextAsync(CancellationToken cancellationToken) =>
        _tlsContext.WaitAsync(cancellationToken);

    private static SslStreamCertificateContext CreateTlsContext(
        X509Certificate2 certificate,
        X509Certificate2Collection chain,
        Func<CryptographicException, MonitoringException> createError)
    {
        try
        {
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (CryptographicException exception)
        {
            throw createError(exception);
        }
    }
}
