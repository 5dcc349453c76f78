using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using EmbeddedCluster.Security;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>Servers that ask for a user or a token, or whose certificate a private authority signed.</summary>
public sealed class GuardedServerTests
{
    private const string Secret = "s3cr3t-w0rd";
    private const string AsUser = $"-PrometheusCredential ([pscredential]::new('user', [Net.NetworkCredential]::new('', '{Secret}').SecurePassword))";
    private const string AsToken = $"-PrometheusToken ([Net.NetworkCredential]::new('', '{Secret}').SecurePassword)";

    [Theory]
    [InlineData(AsUser, "Basic dXNlcjpzM2NyM3QtdzByZA==")]
    [InlineData(AsToken, $"Bearer {Secret}")]
    public async Task A_user_or_a_token_signs_in_and_is_in_no_output(string login, string authorization)
    {
        await using var stage = await StubStage.StartAsync();
        stage.Scrape(StubStage.Own);
        stage.Prometheus.Authorization = authorization;

        await stage.ProvesAsync(login);
        Assert.Equal("asks for credentials (401)", await DescribeAsync(stage, string.Empty));
        stage.Prometheus.Authorization = "Bearer another";
        Assert.Equal("does not accept the credentials (401)", await DescribeAsync(stage, login));

        stage.Prometheus.Authorization = null;
        stage.Prometheus.Targets.Clear();
        var output = await stage.RunAsync(login + " -Verbose -Debug");
        Assert.NotEmpty(output.Errors);
        var all = output.Output.Select(item => string.Join(' ', item.Properties.Select(property => $"{property.Value}")))
            .Concat(output.Errors.Select(error => $"{error} {error.Exception} {error.ErrorDetails?.RecommendedAction}"))
            .Concat(output.Warnings)
            .Concat(output.Verbose)
            .Concat(output.Information)
            .Concat(output.Progress.Select(record => $"{record}"))
            .Concat(output.HostLines);
        Assert.All(all, text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
        Assert.Contains(
            login == AsUser ? "-PrometheusCredential (Get-Credential)" : "-PrometheusToken (Read-Host -AsSecureString)",
            StubStage.Get([.. output.OutputOf<MonitoringCheck>()], "Targets").Remedy,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-PrometheusUri http://user:s3cr3t-w0rd@127.0.0.1:9090", "-PrometheusCredential")]
    [InlineData("-GrafanaUri https://s3cr3t-w0rd@127.0.0.1:3000", "-GrafanaToken")]
    [InlineData("-PrometheusToken ([Net.NetworkCredential]::new('', \"s3cr3t-w0rd`nx\").SecurePassword)", "without quotes")]
    [InlineData("-PrometheusCertificateAuthority ./nowhere.crt", "-PrometheusCertificateAuthority")]
    [InlineData($"{AsUser} {AsToken}", "exclude each other")]
    public async Task What_cannot_sign_in_is_refused_before_anything_is_asked(string parameters, string text)
    {
        await using var stage = await Stage.StartAsync();
        var result = await stage.RunAsync($"Test-MilvusMonitoring -Kubeconfig $c {parameters}");
        result.OnlyError(ErrorId.ParameterInvalid);
        Assert.Contains(text, result.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, $"{result.Errors[0].Exception}", StringComparison.Ordinal);
        Assert.Empty(stage.Cluster.Requests.All);
    }

    [Fact]
    public async Task A_private_authority_is_not_trusted_unless_it_is_given()
    {
        using var authority = new CertificateAuthority("private");
        using var certificate = authority.IssueServer(["127.0.0.1"], TimeSpan.FromDays(1));
        await using var stage = await StubStage.StartAsync();
        stage.Scrape(StubStage.Own);
        await using var guarded = await PrometheusStub.StartAsync(certificate);
        guarded.Jobs.AddRange(stage.Prometheus.Jobs);
        guarded.Targets.AddRange(stage.Prometheus.Targets);
        var address = $"https://127.0.0.1:{guarded.Address.Port}";
        stage.Stage.WriteFile("ca.crt", authority.Pem);

        var untrusted = StubStage.Get(await TestAsync(string.Empty), "Configuration");
        Assert.Equal(CheckStatus.Failed, untrusted.Status);
        Assert.Contains("is signed by an unknown authority (CN=private)", untrusted.Detail, StringComparison.Ordinal);
        Assert.Contains("-PrometheusCertificateAuthority", untrusted.Remedy, StringComparison.Ordinal);
        var trusted = await TestAsync($"-PrometheusCertificateAuthority '{Path.Combine(stage.Stage.Folder, "ca.crt")}'");
        Assert.Equal(CheckStatus.Passed, StubStage.Get(trusted, "Samples").Status);

        async Task<IReadOnlyList<MonitoringCheck>> TestAsync(string more) =>
            (await stage.Stage.RunAsync($"Test-MilvusMonitoring my-release -Kubeconfig $c -PrometheusUri {address} {more}"))
                .OutputOf<MonitoringCheck>();
    }

    [Fact]
    public async Task A_Prometheus_that_serves_TLS_in_the_cluster_is_trusted_by_the_certificate_that_its_resource_names()
    {
        using var authority = new CertificateAuthority("private");
        using var certificate = authority.IssueServer(["prometheus.example.com"], TimeSpan.FromDays(1));
        using var other = authority.IssueServer(["prometheus.example.com"], TimeSpan.FromDays(1));
        await using var stage = await StubStage.StartAsync();
        stage.Scrape(StubStage.Own);
        await using var guarded = await PrometheusStub.StartAsync(certificate);
        guarded.Jobs.AddRange(stage.Prometheus.Jobs);
        guarded.Targets.AddRange(stage.Prometheus.Targets);
        foreach (var pod in (string[])["prometheus-k8s-0", "prometheus-k8s-1"])
        {
            stage.Stage.Cluster.Backends.ServePod("monitoring", pod, 9090, new IPEndPoint(IPAddress.Loopback, guarded.Address.Port));
        }

        stage.ChangePrometheus(spec =>
            spec["web"] = JsonNode.Parse("""{"tlsConfig":{"cert":{"secret":{"name":"web-tls","key":"tls.crt"} } } }"""));

        Assert.Contains(
            "cannot be read from the cluster",
            StubStage.Get(await stage.TestInClusterAsync(), "Configuration").Detail,
            StringComparison.Ordinal);
        PutCertificate(certificate);
        Assert.Equal(CheckStatus.Passed, StubStage.Get(await stage.TestInClusterAsync(), "Samples").Status);
        PutCertificate(other);
        var untrusted = StubStage.Get(await stage.TestInClusterAsync(), "Configuration");
        Assert.Equal(CheckStatus.Failed, untrusted.Status);
        Assert.Contains("is signed by an unknown authority", untrusted.Detail, StringComparison.Ordinal);

        void PutCertificate(X509Certificate2 shown) => stage.Stage.Put($$"""
            {"apiVersion":"v1","kind":"Secret","metadata":{"name":"web-tls","namespace":"monitoring"},
             "data":{"tls.crt":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(shown.ExportCertificatePem()))}}"} }
            """);
    }

    private static async Task<string> DescribeAsync(StubStage stage, string login)
    {
        var configuration = StubStage.Get(await stage.TestAsync(login), "Configuration");
        Assert.Equal(CheckStatus.Unknown, configuration.Status);
        Assert.Contains("-PrometheusToken", configuration.Remedy, StringComparison.Ordinal);
        return configuration.Detail[(configuration.Detail.IndexOf(' ', StringComparison.Ordinal) + 1)..];
    }
}
