using MilvusMonitoring.Kubernetes.Kubeconfig;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class ClusterProxyTests
{
    [Theory]
    [InlineData("https://k.example.com:6443", "http://p:3128", null, "http://p:3128/")]
    [InlineData("https://k.example.com:6443", "p:3128", "", "http://p:3128/")]
    [InlineData("https://k.example.com:6443", null, null, null)]
    [InlineData("https://localhost:6443", "http://p:3128", null, null)]
    [InlineData("https://127.0.0.2:6443", "http://p:3128", null, null)]
    [InlineData("https://k.example.com:6443", "http://p:3128", "other, example.com", null)]
    [InlineData("https://k.example.com:6443", "http://p:3128", ".EXAMPLE.com", null)]
    [InlineData("https://k.example.com:6443", "http://p:3128", "*.example.com", null)]
    [InlineData("https://example.com:6443", "http://p:3128", ".example.com", "http://p:3128/")]
    [InlineData("https://notexample.com:6443", "http://p:3128", "example.com", "http://p:3128/")]
    [InlineData("https://k.example.com:6443", "http://p:3128", "example.com:6443", null)]
    [InlineData("https://k.example.com:6443", "http://p:3128", "example.com:443", "http://p:3128/")]
    [InlineData("https://k.example.com:6443", "http://p:3128", "*", null)]
    [InlineData("https://10.96.0.1:443", "http://p:3128", "192.168.0.0/16,10.96.0.0/12", null)]
    [InlineData("https://10.96.0.1:443", "http://p:3128", "10.96.0.1:443", null)]
    [InlineData("https://10.96.0.1:443", "http://p:3128", "10.96.0.1", null)]
    [InlineData("https://10.96.0.1:443", "http://p:3128", "10.96.0.2,10.96.0.1:444,192.168.0.0/16", "http://p:3128/")]
    [InlineData("https://[fd00::1]:443", "http://p:3128", "fd00::/8", null)]
    // Any address of a range may name it.
    [InlineData("https://10.96.0.1:443", "http://p:3128", "10.100.7.9/12", null)]
    [InlineData("https://10.96.0.1:443", "http://p:3128", "10.112.0.1/12", "http://p:3128/")]
    [InlineData("https://10.96.0.1:443", "http://p:3128", "10.96.0.1/32", null)]
    [InlineData("https://10.96.0.1:443", "http://p:3128", "10.96.0.2/31", "http://p:3128/")]
    [InlineData("https://10.96.0.1:443", "http://p:3128", "192.0.2.1/0", null)]
    [InlineData("https://10.96.0.1:443", "http://p:3128", "10.96.0.1/33", "http://p:3128/")]
    [InlineData("https://10.96.0.1:443", "http://p:3128", "10.96.0.1/-1", "http://p:3128/")]
    [InlineData("https://[fd00::1]:443", "http://p:3128", "fd12:3456::1/8", null)]
    [InlineData("https://[fd00::1]:443", "http://p:3128", "fe00::1/8", "http://p:3128/")]
    public void The_environment_is_read_as_kubectl_reads_it(string server, string? proxy, string? exceptions, string? expected)
    {
        var found = ClusterProxy.Find(Settings(server), name => name switch
            {
                "https_proxy" => proxy,
                "NO_PROXY" => exceptions,
                _ => null,
            });
        Assert.Equal(expected, found?.AbsoluteUri);
    }

    [Fact]
    public void A_proxy_address_that_is_none_is_refused_without_showing_what_may_be_a_password() =>
        Assert.DoesNotContain(
            "secret",
            Assert.Throws<MonitoringException>(() => ClusterProxy.Find(Settings("https://k:1"), _ => "ftp://me:secret@p")).Message,
            StringComparison.Ordinal);

    private static ClusterSettings Settings(string server) =>
        new()
        {
            Server = new Uri(server),
            Context = "test",
            Kubeconfig = null,
            Namespace = "default",
            CertificateAuthority = new KubeconfigData(null, null),
            User = new KubeconfigUser
            {
                Name = "u",
                File = "f",
                ClientCertificate = new KubeconfigData(null, null),
                ClientKey = new KubeconfigData(null, null),
            },
        };
}
