using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>A certificate authority of a test's own.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly OidCollection ServerUse = [new Oid("1.3.6.1.5.5.7.3.1")];
    private static readonly OidCollection ClientUse = [new Oid("1.3.6.1.5.5.7.3.2")];

    public TestAuthority(string name = "test-ca")
        : this(Request(name, out var key), key, issuer: null)
    {
    }

    private TestAuthority(CertificateRequest request, ECDsa key, TestAuthority? issuer)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        // No longer than its issuer, who may have been made in the second before.
        var (from, to) = (DateTimeOffset.UtcNow.AddYears(-5), issuer?.Certificate.NotAfter ?? DateTimeOffset.UtcNow.AddYears(5));
        if (issuer is null)
        {
            Certificate = request.CreateSelfSigned(from, to);
        }
        else
        {
            using var signed = request.Create(issuer.Certificate, from, to, RandomNumberGenerator.GetBytes(8));
            Certificate = signed.CopyWithPrivateKey(key);
        }

        key.Dispose();
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>An authority that this one has signed.</summary>
    public TestAuthority Intermediate(string name) => new(Request(name, out var key), key, this);

    /// <summary>A server's certificate for the names and addresses given.</summary>
    /// <param name="issuerAt">Where the certificate says that its issuer and its revocation are to be had.</param>
    public X509Certificate2 Server(
        IEnumerable<string> hosts,
        int fromDays = -1,
        int toDays = 30,
        bool forClients = false,
        string? issuerAt = null)
    {
        var request = Request("server", out var key);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        if (issuerAt is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([issuerAt + "ocsp"], [issuerAt + "issuer"]));
            request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([issuerAt + "crl"]));
        }

        return Sign(request, key, forClients ? ClientUse : ServerUse, fromDays, toDays);
    }

    /// <summary>A client's certificate, with its key.</summary>
    public X509Certificate2 Client(string name) => Sign(Request(name, out var key), key, ClientUse, -1, 30);

    public void Dispose() => Certificate.Dispose();

    private static CertificateRequest Request(string name, out ECDsa key)
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
    }

    private X509Certificate2 Sign(CertificateRequest request, ECDsa key, OidCollection use, int fromDays, int toDays)
    {
        using (key)
        {
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(use, false));
            using var signed = request.Create(
                Certificate,
                DateTimeOffset.UtcNow.AddDays(fromDays),
                DateTimeOffset.UtcNow.AddDays(toDays),
                RandomNumberGenerator.GetBytes(8));
            using var withKey = signed.CopyWithPrivateKey(key);
            return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        }
    }
}
