using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Servers;

namespace MilvusMonitoring.Tests.Kubernetes;

/// <summary>
/// A certificate that nobody trusts names an address on this machine: nobody asks there, on any way that a connection takes.
/// </summary>
public sealed class CertificateDownloadTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new("other");
    private TestServer _named = null!;
    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _named = await TestServer.StartAsync(null, context => context.Response.WriteAsync("no certificate"));
        _server = await TestServer.StartAsync(
            _other.Server(["127.0.0.1", "localhost"], issuerAt: $"http://127.0.0.1:{_named.Port}/"),
            context => context.Response.WriteAsync("{}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _named.DisposeAsync();
        _other.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_API_server_is_refused_without_a_download_on_every_way()
    {
        await using var proxy = await TestProxy.StartAsync();
        await using var socks = new SocksProxy();
        var asked = await LetRuntimeAskAsync();
        foreach (var way in (string[])
            [
                "",
                $", proxy-url: 'http://me:word@127.0.0.1:{proxy.Port}'",
                $", proxy-url: 'socks5://127.0.0.1:{socks.Port}'",
                $", proxy-url: 'https://127.0.0.1:{_server.Port}'",
            ])
        {
            using var connection = TestKubeconfig.Open(
                _folder,
                TestKubeconfig.Text(TestKubeconfig.Server(_server, _authority) + way, "token: t"));
            var error = await Assert.ThrowsAsync<MonitoringException>(() =>
                connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation));
            Assert.Equal(ErrorId.CertificateNotTrusted, error.ErrorId);
        }

        Assert.Empty(_server.Requests);
        Assert.Equal(asked, _named.Requests.Count);
    }

    [Fact]
    public async Task Prometheus_and_a_source_of_releases_are_refused_without_a_download()
    {
        var asked = await LetRuntimeAskAsync();
        using var http = ServiceHttp.CreateForAddress(new Uri($"https://127.0.0.1:{_server.Port}"), null);
        await Assert.ThrowsAsync<MonitoringException>(() => new PrometheusApi(http, "p", ServerAccess.Prometheus).GetConfigurationAsync(Cancellation));
        var source = new ReleaseSource($"https://127.0.0.1:{_server.Port}/{{version}}.tar.gz");
        var download = new ReleaseDownload(ReleaseCatalog.All[0], source, TimeSpan.Zero, new RecordingSink());
        Assert.Equal(
            ErrorId.DownloadFailed,
            (await Assert.ThrowsAsync<MonitoringException>(() => download.RunAsync(Cancellation))).ErrorId);

        Assert.Empty(_server.Requests);
        Assert.Equal(asked, _named.Requests.Count);
    }

    // What the runtime does by itself: without that the test would show nothing. The server has asked too, for its own chain.
    private async Task<int> LetRuntimeAskAsync()
    {
        var before = _named.Requests.Count;
        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri($"https://127.0.0.1:{_server.Port}"), Cancellation));
        Assert.SkipWhen(_named.Requests.Count == before, "This runtime downloads no certificates.");
        return _named.Requests.Count;
    }

    /// <summary>A SOCKS5 proxy without a password.</summary>
    private sealed class SocksProxy : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public SocksProxy()
        {
            _listener.Start();
            _running = RunAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Dispose();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }

        private async Task RunAsync()
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                var methods = new byte[2];
                await stream.ReadExactlyAsync(methods, _stop.Token);
                await stream.ReadExactlyAsync(new byte[methods[1]], _stop.Token);
                await stream.WriteAsync(new byte[] { 5, 0 }, _stop.Token);
                var request = new byte[10];
                await stream.ReadExactlyAsync(request, _stop.Token);
                using var upstream = new TcpClient();
                await upstream.ConnectAsync(IPAddress.Loopback, (request[8] << 8) + request[9], _stop.Token);
                await stream.WriteAsync(new byte[] { 5, 0, 0, 1, 127, 0, 0, 1, 0, 0 }, _stop.Token);
                await Task.WhenAny(
                    stream.CopyToAsync(upstream.GetStream(), _stop.Token),
                    upstream.GetStream().CopyToAsync(stream, _stop.Token));
            }
        }
    }
}
