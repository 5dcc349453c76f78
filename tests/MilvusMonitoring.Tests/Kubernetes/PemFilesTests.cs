using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MilvusMonitoring.Kubernetes.Credentials;
using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class PemFilesTests
{
    [Theory]
    [InlineData("RSA PRIVATE KEY")]
    [InlineData("PRIVATE KEY")]
    [InlineData("EC PRIVATE KEY")]
    [InlineData("PRIVATE KEY of EC")]
    public async Task A_key_is_read_in_every_form_that_kubeconfigs_have(string form)
    {
        using var rsa = RSA.Create(2048);
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var isRsa = form is "RSA PRIVATE KEY" or "PRIVATE KEY";
        var key = form switch
        {
            "RSA PRIVATE KEY" => rsa.ExportRSAPrivateKeyPem(),
            "PRIVATE KEY" => rsa.ExportPkcs8PrivateKeyPem(),
            // As openssl ecparam -genkey writes it, the curve in a block of its own before the key.
            "EC PRIVATE KEY" => "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
                + ec.ExportECPrivateKeyPem(),
            _ => ec.ExportPkcs8PrivateKeyPem(),
        };
        using var certificate = isRsa
            ? Certificate(new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            : Certificate(new CertificateRequest("CN=x", ec, HashAlgorithmName.SHA256));
        using var identity = PemFiles.ReadIdentity(
            ExecCredential.ToData(certificate.ExportCertificatePem()),
            ExecCredential.ToData(key),
            "the user 'x'");
        var tls = await identity.GetTlsContextAsync(TestContext.Current.CancellationToken);
        Assert.Equal(certificate.Thumbprint, tls.TargetCertificate.Thumbprint);
        Assert.True(tls.TargetCertificate.HasPrivateKey);
    }

    [Fact]
    public void A_key_that_is_encrypted_or_not_the_certificates_own_is_refused_in_words()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Certificate(new CertificateRequest("CN=x", ec, HashAlgorithmName.SHA256));
        string Message(string key) =>
            Assert
                .Throws<MonitoringException>(() =>
                    PemFiles.ReadIdentity(
                        ExecCredential.ToData(certificate.ExportCertificatePem()),
                        ExecCredential.ToData(key),
                        "the user 'x'")
                )
                .Message;
        Assert.Contains(
            "is encrypted",
            Message(
                ec.ExportEncryptedPkcs8PrivateKeyPem("p", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1))
            ),
            StringComparison.Ordinal);
        Assert.Contains("is not the key of that client certificate", Message(other.ExportPkcs8PrivateKeyPem()), StringComparison.Ordinal);
        Assert.Contains("cannot be read (The key contents do not contain a PEM, ", Message("nothing"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_without_certificates_or_that_is_not_there_is_refused_by_its_path()
    {
        using var folder = new TemporaryFolder();
        string Message(string path) =>
            Assert.Throws<MonitoringException>(() => PemFiles.ReadBundle(new KubeconfigData(path, null), "the cluster's CA")).Message;
        Assert.StartsWith(
            $"The cluster's CA {folder.Write("empty", "")} holds no certificate; ",
            Message(folder.PathOf("empty")),
            StringComparison.Ordinal);
        Assert.StartsWith(
            $"The cluster's CA {folder.PathOf("gone")} cannot be read: ",
            Message(folder.PathOf("gone")),
            StringComparison.Ordinal);
        Assert.Contains(
            "holds a certificate that cannot be read",
            Message(folder.Write("bad", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")),
            StringComparison.Ordinal);
    }

    private static X509Certificate2 Certificate(CertificateRequest request) =>
        request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
}
