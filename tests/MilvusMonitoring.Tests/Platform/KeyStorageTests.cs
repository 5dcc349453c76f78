using System.ComponentModel;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Credentials;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Platform;
using MilvusMonitoring.Tests.Kubernetes;

namespace MilvusMonitoring.Tests.Platform;

/// <summary>The keys of client certificates in the key stores of Windows, which Linux plays.</summary>
public sealed class KeyStorageTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private readonly List<X509KeyStorageFlags> _tried = [];
    private readonly List<X509Certificate2> _imported = [];
    private Action _exit = () => { };

    public KeyStorageTests() => _certificate = new CertificateRequest("CN=x", _key, HashAlgorithmName.SHA256)
        .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

    [Fact]
    public async Task A_key_is_in_the_store_of_the_user_until_the_identity_is_disposed_of()
    {
        using (var identity = Read(Play()))
        {
            var tls = await identity.GetTlsContextAsync(TestContext.Current.CancellationToken);
            Assert.Equal(_certificate.Thumbprint, tls.TargetCertificate.Thumbprint);
            Assert.Equal([X509KeyStorageFlags.UserKeySet], _tried);
            Assert.False(IsDisposed(Assert.Single(_imported)));
        }

        Assert.True(IsDisposed(_imported[0]));
    }

    [Theory]
    [InlineData("Windows")]
    [InlineData("MacOS")]
    [InlineData("Linux")]
    public void The_end_of_the_process_takes_every_key_out_that_is_still_in_use(string system)
    {
        var storage = Play(Enum.Parse<SystemKind>(system));
        var (first, second) = (storage.Add(_certificate), storage.Add(_certificate));

        _exit();

        Assert.True(IsDisposed(first) && IsDisposed(second));
        Assert.False(IsDisposed(_certificate));
    }

    [Fact]
    public void Without_a_profile_the_store_of_the_machine_takes_the_key_and_then_memory()
    {
        using (Read(Play(X509KeyStorageFlags.UserKeySet)))
        {
            Assert.Equal([X509KeyStorageFlags.UserKeySet, X509KeyStorageFlags.MachineKeySet], _tried);
        }

        _tried.Clear();
        using (Read(Play(X509KeyStorageFlags.UserKeySet, X509KeyStorageFlags.MachineKeySet)))
        {
            Assert.Equal(X509KeyStorageFlags.EphemeralKeySet, _tried[^1]);
        }
    }

    [Fact]
    public void Where_no_store_takes_the_key_the_error_says_so_of_each_and_not_that_the_key_is_another_ones()
    {
        var error = Assert.Throws<MonitoringException>(() => Read(Play(
            X509KeyStorageFlags.UserKeySet,
            X509KeyStorageFlags.MachineKeySet,
            X509KeyStorageFlags.EphemeralKeySet)));

        Assert.Equal(ErrorId.KubeconfigInvalid, error.ErrorId);
        Assert.Equal(
            "The client key of the user 'x' in the kubeconfig cannot be used, because this system does not accept it (the key store of the "
                + "user: UserKeySet is not there; the key store of the machine: MachineKeySet is not there; memory: EphemeralKeySet is "
                + "not there); run the command as a user whose profile is loaded, or sign in with a token.",
            error.Message);
    }

    [Theory]
    [InlineData(0x8009030D, true)]
    [InlineData(0x8009030E, true)]
    [InlineData(0x80090326, false)]
    public void A_key_that_TLS_does_not_take_from_where_it_is_is_told_apart_from_other_failures_of_TLS(uint code, bool isKey)
    {
        var handshake = new HttpRequestException(
            "The SSL connection could not be established",
            new AuthenticationException("Authentication failed", new Win32Exception(unchecked((int)code), "The reason of Windows.")));

        using var folder = new TemporaryFolder();
        var kubeconfig = new ClusterTarget(folder.Write("config", TestKubeconfig.Text("server: 'https://k:1'")), null);

        var failure = TransportFailure.From(handshake, MergedKubeconfig.Resolve(kubeconfig, TestKubeconfig.Nowhere), null);

        Assert.Equal(TransportStage.Final, failure.Stage);
        Assert.Equal(
            isKey,
            failure.Error.Message.Contains(
                "the TLS of this system does not accept the client key: The reason of Windows; run the command as a user whose profile is loaded",
                StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _imported.ForEach(certificate => certificate.Dispose());
        _certificate.Dispose();
        _key.Dispose();
    }

    private static bool IsDisposed(X509Certificate2 certificate) => certificate.Handle == IntPtr.Zero;

    private ClientIdentity Read(KeyStorage storage) => PemFiles.ReadIdentity(
        ExecCredential.ToData(_certificate.ExportCertificatePem()),
        ExecCredential.ToData(_key.ExportPkcs8PrivateKeyPem()),
        "the user 'x'",
        storage);

    private KeyStorage Play(params X509KeyStorageFlags[] missing) => Play(SystemKind.Windows, missing);

    private KeyStorage Play(SystemKind system, params X509KeyStorageFlags[] missing) => new(
        system,
        (content, flags) =>
        {
            _tried.Add(flags);
            if (missing.Contains(flags))
            {
                throw new CryptographicException($"{flags} is not there.");
            }

            _imported.Add(X509CertificateLoader.LoadPkcs12(content, null));
            return _imported[^1];
        },
        exit => _exit = exit);
}
