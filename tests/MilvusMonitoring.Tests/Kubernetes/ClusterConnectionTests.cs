using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MilvusMonitoring.Kubernetes.Connection;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class ClusterConnectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_carries_what_it_was_given_over_http_2_and_names_the_module()
    {
        await using var server = await ServerAsync(context => context.Response.WriteAsync("{\"kind\":\"Node\"}"));
        using var connection = Open(server, "token: t");
        using var response = await connection.SendAsync(
            new ClusterRequest(HttpMethod.Patch, "/api/v1/nodes/n?force=true")
            {
                Accept = "application/json;as=Table;v=v1",
                Body = "{}"u8.ToArray(),
                ContentType = ClusterRequest.ApplyPatch,
            },
            Cancellation);
        Assert.Equal("{\"kind\":\"Node\"}", await response.Content.ReadAsStringAsync(Cancellation));
        var request = Assert.Single(server.Requests);
        Assert.Equal(("PATCH", "/api/v1/nodes/n?force=true", "HTTP/2"), (request.Method, request.Path, request.Protocol));
        Assert.Equal("{}"u8, request.Body);
        Assert.Equal(
            ("Bearer t", ClusterRequest.ApplyPatch, "application/json;as=Table;v=v1", "gzip"),
            (
                request.Headers["Authorization"],
                request.Headers["Content-Type"],
                request.Headers["Accept"],
                request.Headers["Accept-Encoding"]));
        Assert.Matches(@"^milvus-monitoring/\d+\.\d+\.\d+$", request.Headers["User-Agent"]);
    }

    [Fact]
    public async Task A_server_without_http_2_and_below_a_path_is_talked_to_as_well()
    {
        await using var server = await TestServer.StartAsync(
            _authority.Server(["127.0.0.1"]),
            context => context.Response.WriteAsync("{}"),
            HttpProtocols.Http1);
        using var connection = TestKubeconfig.Open(
            _folder,
            TestKubeconfig.Text(
                $"server: 'https://127.0.0.1:{server.Port}/k8s/clusters/c-1/', disable-compression: true, certificate-authority-data: "
                    + $"{TestKubeconfig.Base64(_authority.Pem)}"
            ));
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("HTTP/1.1", "/k8s/clusters/c-1/version"), (request.Protocol, request.Path));
        Assert.DoesNotContain("Accept-Encoding", request.Headers.Keys);
        Assert.DoesNotContain("Authorization", request.Headers.Keys);
    }

    [Theory]
    [InlineData("username: me, password: 'a:b'", "Basic bWU6YTpi")]
    [InlineData("token: t", "Bearer t")]
    [InlineData("token: t, exec: {apiVersion: client.authentication.k8s.io/v1, command: never-run}", "Bearer t")]
    public async Task Credentials_of_the_kubeconfig_are_sent(string user, string header)
    {
        await using var server = await ServerAsync(context => context.Response.WriteAsync("{}"));
        using var connection = Open(server, user);
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
        Assert.Equal(header, Assert.Single(server.Requests).Headers["Authorization"]);
    }

    /// <summary>As kubectl 1.35 does it: a plugin that is missing would fail the request.</summary>
    [Theory]
    [InlineData("", null)]
    [InlineData("token: t, ", "Bearer t")]
    [InlineData("interactiveMode: Always", null)]
    public async Task Beside_a_client_certificate_no_plugin_runs(string more, string? header)
    {
        WriteClientCertificate("pki/me");
        await using var server = await ServerAsync(context => context.Response.WriteAsync("{}"));
        var (token, mode) = more.StartsWith("token", StringComparison.Ordinal) ? (more, "") : ("", ", " + more);
        using var connection = Open(
            server,
            $"{token}client-certificate: pki/me.crt, client-key: pki/me.key, "
                + $"exec: {{apiVersion: client.authentication.k8s.io/v1, command: never-run{mode.TrimEnd(',', ' ')}}}");
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("CN=me", header), (request.ClientCertificate, request.Headers.GetValueOrDefault("Authorization")));
    }

    /// <summary>As kubectl 1.35 does it: what a kubectl proxy is sent has no credential.</summary>
    [Theory]
    [InlineData("{cluster: c}")]
    [InlineData("{cluster: c, user: ''}")]
    [InlineData("{cluster: c, user: nobody-here}")]
    [InlineData("{cluster: c, user: with-token}")]
    [InlineData("{cluster: c, user: with-plugin}")]
    public async Task A_server_without_TLS_needs_no_user_and_gets_no_credential(string context)
    {
        foreach (var host in new[] { "127.0.0.1", "localhost", "0.0.0.0", "[::]" })
        {
            await using var server = await TestServer.StartAsync(null, each => each.Response.WriteAsync("{}"), HttpProtocols.Http1);
            using var connection = TestKubeconfig.Open(_folder, $$$"""
                current-context: test
                contexts: [{name: test, context: {{{context}}}}]
                clusters: [{name: c, cluster: {server: 'http://{{{host}}}:{{{server.Port}}}'}}]
                users:
                - {name: with-token, user: {token: t}}
                - {name: with-plugin, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: never-run} } }
                """);
            using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
            Assert.DoesNotContain("Authorization", Assert.Single(server.Requests).Headers.Keys);
        }
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("[0:0:0:0:0:0:0:0]")]
    [InlineData("[::ffff:0.0.0.0]")]
    public async Task An_unspecified_address_reaches_this_machine_and_keeps_its_name(string host)
    {
        var uri = new Uri($"https://{host}:1");
        await using var server = await TestServer.StartAsync(
            _authority.Server([uri.IdnHost.Trim('[', ']')]),
            context => context.Response.WriteAsync("{}"));
        using var connection = TestKubeconfig.Open(_folder, TestKubeconfig.Text(TestKubeconfig.Server(server, _authority, host), "token: t"));
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
        Assert.Equal(
            $"{uri.Host.Replace("[::]", "[::1]", StringComparison.Ordinal)}:{server.Port}",
            Assert.Single(server.Requests).Headers["Host"]);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("localhost")]
    public async Task Tls_server_name_is_for_TLS_alone(string host)
    {
        var names = new List<string?>();
        await using var server = await TestServer.StartAsync(
            _authority.Server(["kubernetes.example.com"]),
            context => context.Response.WriteAsync("{}"),
            seeServerName: names.Add);
        using var connection = TestKubeconfig.Open(
            _folder,
            TestKubeconfig.Text(TestKubeconfig.Server(server, _authority, host) + ", tls-server-name: kubernetes.example.com", "token: t"));
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version?a=%2Fb"), Cancellation);
        var request = Assert.Single(server.Requests);
        Assert.Equal(($"{host}:{server.Port}", "/version?a=%2Fb"), (request.Headers["Host"], request.Path));
        Assert.Equal(["kubernetes.example.com"], names);
    }

    [Fact]
    public async Task A_client_certificate_from_files_beside_the_kubeconfig_is_shown_to_the_server()
    {
        WriteClientCertificate("pki/me");
        await using var server = await ServerAsync(context => context.Response.WriteAsync("{}"));
        using var connection = Open(server, "client-certificate: pki/me.crt, client-key: pki/me.key");
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
        Assert.Equal("CN=me", Assert.Single(server.Requests).ClientCertificate);
    }

    [Fact]
    public async Task Impersonation_is_sent_with_keys_escaped()
    {
        await using var server = await ServerAsync(context => context.Response.WriteAsync("{}"));
        using var connection = Open(
            server,
            "token: t, as: jane, as-uid: '7', as-groups: [a], as-user-extra: {example.com/scope: [x], other: [y]}");
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
        var headers = Assert.Single(server.Requests).Headers;
        Assert.Equal(
            ("jane", "7", "a", "x", "y"),
            (
                headers["Impersonate-User"],
                headers["Impersonate-Uid"],
                headers["Impersonate-Group"],
                headers["Impersonate-Extra-example.com%2Fscope"],
                headers["Impersonate-Extra-other"]));
    }

    [Fact]
    public async Task A_token_file_is_read_again_when_the_server_refuses_the_token_and_as_time_passes()
    {
        var path = _folder.Write("token", "old\n");
        await using var server = await ServerAsync(context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer old" ? 401 : 200;
            return Task.CompletedTask;
        });
        var time = new SkippingTime();
        using var connection = Open(server, "tokenFile: token", time: time);
        async Task<HttpStatusCode> StatusAsync()
        {
            using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync());
        await File.WriteAllTextAsync(path, "new", Cancellation);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync());
        await File.WriteAllTextAsync(path, "newest", Cancellation);
        time.Skip(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync());
        Assert.Equal(
            ["Bearer old", "Bearer old", "Bearer new", "Bearer newest"],
            server.Requests.Select(request => request.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_token_file_that_is_empty_for_a_moment_is_waited_for_and_the_last_token_kept()
    {
        var path = _folder.Write("token", "");
        var answer = HttpStatusCode.OK;
        await using var server = await ServerAsync(context =>
        {
            context.Response.StatusCode = (int)answer;
            return Task.CompletedTask;
        });
        var time = new WritingTime(() => File.WriteAllText(path, "first"));
        using var connection = Open(server, "tokenFile: token", time: time);
        async Task SendAsync()
        {
            using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
        }

        await SendAsync();
        await File.WriteAllTextAsync(path, "\n", Cancellation);
        time.Skip(TimeSpan.FromMinutes(2));
        await SendAsync();
        answer = HttpStatusCode.Unauthorized;
        time.OnPause = () => File.WriteAllText(path, "second");
        await SendAsync();
        Assert.Equal(
            ["Bearer first", "Bearer first", "Bearer first", "Bearer second"],
            server.Requests.Select(request => request.Headers["Authorization"]));
    }

    [Fact]
    public async Task Beside_an_empty_token_file_the_token_of_the_kubeconfig_counts()
    {
        _folder.Write("token", "");
        await using var server = await ServerAsync(context => context.Response.WriteAsync("{}"));
        using var connection = Open(server, "token: t, tokenFile: token");
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
        Assert.Equal("Bearer t", Assert.Single(server.Requests).Headers["Authorization"]);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("")]
    public async Task A_token_that_is_none_is_refused_without_showing_it(string token)
    {
        _folder.Write("token", token);
        await using var server = await ServerAsync(context => context.Response.WriteAsync("{}"));
        using var connection = Open(server, "tokenFile: token", time: new SkippingTime());
        var exception = await Assert.ThrowsAsync<MonitoringException>(() =>
            connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation));
        Assert.Equal(ErrorId.KubeconfigInvalid, exception.ErrorId);
        Assert.DoesNotContain("break", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("words", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_credentials()
    {
        await using var server = await ServerAsync(context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });
        using var connection = Open(server, "token: t");
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_proxy_of_the_kubeconfig_is_gone_through_with_its_credentials_and_sees_only_the_tunnel()
    {
        await using var server = await ServerAsync(context => context.Response.WriteAsync("{}"));
        await using var proxy = await TestProxy.StartAsync();
        using var connection = TestKubeconfig.Open(
            _folder,
            TestKubeconfig.Text(
                TestKubeconfig.Server(server, _authority) + $", proxy-url: 'http://me:pw@127.0.0.1:{proxy.Port}'",
                "token: t"));
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains($"CONNECT 127.0.0.1:{server.Port} HTTP/1.1", proxy.Heads[^1], StringComparison.Ordinal);
        Assert.Contains("Proxy-Authorization: Basic bWU6cHc=", proxy.Heads[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("socks5")]
    public async Task A_proxy_that_is_not_there_is_named_without_its_password(string scheme)
    {
        using var connection = TestKubeconfig.Open(
            _folder,
            TestKubeconfig.Text($"server: 'https://127.0.0.1:6443', proxy-url: '{scheme}://me:secret@127.0.0.1:1'"),
            time: new SkippingTime());
        var exception = await Assert.ThrowsAsync<MonitoringException>(() =>
            connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation));
        Assert.Equal(
            (
                ErrorId.ClusterUnreachable,
                "The API server https://127.0.0.1:6443 cannot be reached: through the proxy 127.0.0.1:1: the connection was refused; "
                    + "correct proxy-url in the kubeconfig, or $env:HTTPS_PROXY and $env:NO_PROXY."
            ),
            (exception.ErrorId, exception.Message));
    }

    [Fact]
    public async Task Sixty_four_requests_run_side_by_side()
    {
        var running = 0;
        var all = new TaskCompletionSource();
        await using var server = await ServerAsync(async context =>
        {
            if (Interlocked.Increment(ref running) == 64)
            {
                all.SetResult();
            }

            await all.Task.WaitAsync(Limits.Wait, context.RequestAborted);
        });
        using var connection = Open(server, "token: t");
        var responses = await Task.WhenAll(
            Enumerable.Range(0, 64).Select(i => connection.SendAsync(new ClusterRequest(HttpMethod.Get, $"/{i}"), Cancellation)));
        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Fact]
    public async Task A_long_lived_answer_comes_as_it_is_sent()
    {
        var release = new TaskCompletionSource();
        await using var server = await ServerAsync(async context =>
        {
            await context.Response.WriteAsync("first\n");
            await context.Response.Body.FlushAsync();
            await release.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("second\n");
        });
        using var connection = Open(server, "token: t");
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/watch") { LongLived = true }, Cancellation);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        Assert.Equal("first", await reader.ReadLineAsync(Cancellation));
        release.SetResult();
        Assert.Equal("second", await reader.ReadLineAsync(Cancellation));
    }

    [Fact]
    public void Opening_touches_neither_network_nor_plugin_nor_token_file()
    {
        using var connection = TestKubeconfig.Open(
            _folder,
            TestKubeconfig.Text(
                "server: 'https://192.0.2.1:1'",
                "tokenFile: none, exec: {apiVersion: client.authentication.k8s.io/v1, command: none}",
                "namespace: n"));
        Assert.Equal(
            (new Uri("https://192.0.2.1:1"), "test", _folder.PathOf("config"), "n"),
            (connection.Server, connection.Context, connection.Kubeconfig, connection.DefaultNamespace));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    private void WriteClientCertificate(string name)
    {
        using var client = _authority.Client("me");
        using var key = client.GetECDsaPrivateKey()!;
        _folder.Write(name + ".crt", client.ExportCertificatePem());
        _folder.Write(name + ".key", key.ExportPkcs8PrivateKeyPem());
    }

    private Task<TestServer> ServerAsync(RequestDelegate answer) => TestServer.StartAsync(_authority.Server(["127.0.0.1"]), answer);

    private ClusterConnection Open(TestServer server, string user, RecordingSink? sink = null, TimeProvider? time = null) =>
        TestKubeconfig.Open(_folder, TestKubeconfig.Text(TestKubeconfig.Server(server, _authority), user), sink, time);

    /// <summary>A clock on which something happens in each pause.</summary>
    private sealed class WritingTime(Action onPause) : TimeProvider
    {
        private readonly SkippingTime _skipping = new();

        public Action OnPause { get; set; } = onPause;

        public override long TimestampFrequency => _skipping.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _skipping.GetUtcNow();

        public override long GetTimestamp() => _skipping.GetTimestamp();

        public void Skip(TimeSpan time) => _skipping.Skip(time);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            OnPause();
            return _skipping.CreateTimer(callback, state, dueTime, period);
        }
    }
}
