using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using MilvusMonitoring.Kubernetes.Connection;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class ServerCertificateCheckTests
{
    private static readonly ClusterRequest Version = new(HttpMethod.Get, "/version");

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", "")]
    [InlineData("localhost", "localhost", "")]
    [InlineData("[::1]", "::1", "")]
    [InlineData("127.0.0.1", "kubernetes.example.com", ", tls-server-name: kubernetes.example.com")]
    [InlineData("127.0.0.1", "*.example.com", ", tls-server-name: kubernetes.example.com")]
    public async Task A_certificate_of_the_clusters_authority_for_the_host_is_trusted(
        string host,
        string certificateHost,
        string moreOfCluster)
    {
        Assert.SkipWhen(host == "[::1]" && !Socket.OSSupportsIPv6, "this machine has no IPv6");
        using var authority = new TestAuthority();
        using var certificate = authority.Server([certificateHost]);
        Assert.Null(await RefusalAsync(certificate, authority.Pem, host, moreOfCluster));
    }

    [Theory]
    [InlineData("other.example.com", "")]
    [InlineData("127.0.0.1", ", tls-server-name: kubernetes.example.com")]
    public async Task A_certificate_for_another_host_is_refused_though_the_authority_is_right(string certificateHost, string moreOfCluster)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Server([certificateHost]);
        var refusal = await RefusalAsync(certificate, authority.Pem, "127.0.0.1", moreOfCluster);
        Assert.Contains($"is issued for {certificateHost}, not for ", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-30, -2, "expired on 20")]
    [InlineData(2, 30, "is not valid before 20")]
    public async Task A_certificate_out_of_date_is_refused(int fromDays, int toDays, string reason)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Server(["127.0.0.1"], fromDays, toDays);
        var refusal = await RefusalAsync(certificate, authority.Pem);
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
        Assert.EndsWith("; have it renewed, or set the clock of this machine right.", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused_even_if_it_has_the_same_name()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority();
        using var certificate = other.Server(["127.0.0.1"]);
        Assert.NotNull(await RefusalAsync(certificate, authority.Pem));
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_names_it()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority("somebody else");
        using var certificate = other.Server(["127.0.0.1"]);
        Assert.Contains(
            "is signed by an unknown authority (CN=somebody else)",
            await RefusalAsync(certificate, authority.Pem),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_certificate_is_refused_when_the_kubeconfig_names_no_authority()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Server(["127.0.0.1"]);
        Assert.Contains(
            "give the cluster's CA as certificate-authority",
            await RefusalAsync(certificate, authorities: null),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_self_signed_certificate_is_refused_and_trusted_once_it_is_the_authority()
    {
        using var authority = new TestAuthority();
        using var self = SelfSigned();
        Assert.Contains("is signed by itself", await RefusalAsync(self, authority.Pem), StringComparison.Ordinal);
        Assert.Null(await RefusalAsync(self, self.ExportCertificatePem()));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Intermediate_authorities_may_come_from_the_kubeconfig_or_the_server_with_or_without_their_root(
        bool rootInBundle,
        bool intermediateInBundle)
    {
        using var root = new TestAuthority("root");
        using var intermediate = root.Intermediate("intermediate");
        using var certificate = intermediate.Server(["127.0.0.1"]);
        var bundle = (rootInBundle ? root.Pem + "\n" : "") + (intermediateInBundle ? intermediate.Pem : "");
        Assert.Null(await RefusalAsync(certificate, bundle, chain: intermediateInBundle ? null : [intermediate.Certificate]));
    }

    [Fact]
    public async Task A_forged_certificate_does_not_pass_for_one_of_a_trusted_intermediate_authority()
    {
        using var root = new TestAuthority("root");
        using var intermediate = root.Intermediate("intermediate");
        using var forger = new TestAuthority("root");
        using var forged = forger.Intermediate("intermediate");
        using var certificate = forged.Server(["127.0.0.1"]);
        Assert.NotNull(await RefusalAsync(certificate, intermediate.Pem));
        Assert.NotNull(await RefusalAsync(certificate, intermediate.Pem, chain: [forged.Certificate, intermediate.Certificate]));
    }

    [Fact]
    public void A_clients_certificate_does_not_pass_for_a_servers()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Server(["cluster.example.com"], forClients: true);
        var check = new ServerCertificateCheck("cluster.example.com", [authority.Certificate], TimeProvider.System);
        Assert.Equal("is not valid (NotValidForUsage)", check.FindRefusal(certificate, sent: null)?.Text);
    }

    [Fact]
    public void Handshakes_of_one_check_each_have_their_own_refusal()
    {
        using var authority = new TestAuthority();
        using var other = authority.Server(["other.example.com"]);
        using var expired = authority.Server(["cluster.example.com"], -30, -2);
        using var good = authority.Server(["cluster.example.com"]);
        var check = new ServerCertificateCheck("cluster.example.com", [authority.Certificate], TimeProvider.System);

        var wrongHost = Assert.Throws<CertificateRefusedException>(() => Validate(other));
        var outOfDate = Assert.Throws<CertificateRefusedException>(() => Validate(expired));
        Assert.True(Validate(good));
        Assert.Equal(
            (CertificateFault.WrongHost, CertificateFault.OutOfDate),
            (wrongHost.Refusal.Kind, outOfDate.Refusal.Kind));

        bool Validate(X509Certificate2 certificate) => check.Validate(new object(), certificate, null, SslPolicyErrors.None);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("other.example.com", false)]
    public async Task The_same_check_guards_a_WebSocket(string certificateHost, bool trusted)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Server([certificateHost]);
        await using var server = await TestServer.StartAsync(certificate, context => Task.CompletedTask);
        var check = new ServerCertificateCheck("127.0.0.1", [authority.Certificate], TimeProvider.System);
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = check.Validate;
        socket.Options.SetRequestHeader("Authorization", "Bearer secret-token");
        var exception = await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(new Uri($"wss://127.0.0.1:{server.Port}/"), TestContext.Current.CancellationToken)
        );
        Assert.Equal(trusted, FindRefusal(exception) is null);
        Assert.Equal(trusted ? 1 : 0, server.Requests.Count);
    }

    // What the connection says, once it is seen that the server was asked nothing; null when the server answered.
    private static async Task<string?> RefusalAsync(
        X509Certificate2 certificate,
        string? authorities,
        string host = "127.0.0.1",
        string moreOfCluster = "",
        X509Certificate2Collection? chain = null)
    {
        await using var server = await TestServer.StartAsync(
            certificate,
            context => context.Response.WriteAsync("{}"),
            chain: chain,
            address: host == "[::1]" ? IPAddress.IPv6Loopback : null);
        using var folder = new TemporaryFolder();
        var trust = authorities is null ? "" : $", certificate-authority-data: {TestKubeconfig.Base64(authorities)}";
        using var connection = TestKubeconfig.Open(
            folder,
            TestKubeconfig.Text($"server: 'https://{host}:{server.Port}'{trust}{moreOfCluster}", "token: secret-token")
        );
        try
        {
            using var response = await connection.SendAsync(Version, TestContext.Current.CancellationToken);
            Assert.Equal("Bearer secret-token", Assert.Single(server.Requests).Headers["Authorization"]);
            return null;
        }
        catch (MonitoringException exception)
        {
            Assert.Equal(ErrorId.CertificateNotTrusted, exception.ErrorId);
            Assert.Empty(server.Requests);
            return exception.Message;
        }
    }

    private static CertificateRefusal? FindRefusal(Exception? exception)
    {
        while (exception is not (null or CertificateRefusedException))
        {
            exception = exception.InnerException;
        }

        return (exception as CertificateRefusedException)?.Refusal;
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new CertificateRequest("CN=alone", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
