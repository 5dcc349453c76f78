using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Credentials;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Platform;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class ExecCredentialPluginTests : IDisposable
{
    private const string V1 = "client.authentication.k8s.io/v1";
    private const string TokenAnswer =
        """echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"from-plugin"}}'""";

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();

    public ExecCredentialPluginTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "the plugins are POSIX shell scripts");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Arguments_and_environment_arrive_unchanged_and_the_plugin_is_told_the_cluster_and_that_nobody_answers()
    {
        _folder.WriteScript("plugin", $"""
            for argument in "$@"; do printf '%s\n' "$argument"; done > "$0.args"
            printf '%s' "$EXTRA" > "$0.env"
            printf '%s' "$KUBERNETES_EXEC_INFO" > "$0.info"
            cat > "$0.stdin"
            {TokenAnswer}
            """);
        var plugin = Plugin(
            "server: 'https://127.0.0.1:6443', tls-server-name: n, certificate-authority-data: "
                + $"{TestKubeconfig.Base64(_authority.Pem)}, extensions: [{{name: client.authentication.k8s.io/exec, extension: "
                + "{audience: me}}]",
            $$"""exec: {apiVersion: {{V1}}, command: ./plugin, provideClusterInfo: true, args: ['a b', '"quoted"', '$HOME', '*', '', "it's", 'back\slash', "new\nline"], env: [{name: EXTRA, value: 'x "y" $z'}]}"""
        );
        Assert.Equal("from-plugin", (await plugin.RunAsync(Cancellation)).Token);
        Assert.Equal("a b\n\"quoted\"\n$HOME\n*\n\nit's\nback\\slash\nnew\nline\n", await ReadAsync("plugin.args"));
        Assert.Equal("x \"y\" $z", await ReadAsync("plugin.env"));
        Assert.Equal("", await ReadAsync("plugin.stdin"));
        using var info = JsonDocument.Parse(await ReadAsync("plugin.info"));
        Assert.Equal(
            ("ExecCredential", V1),
            (info.RootElement.GetProperty("kind").GetString(), info.RootElement.GetProperty("apiVersion").GetString()));
        var spec = info.RootElement.GetProperty("spec");
        Assert.False(spec.GetProperty("interactive").GetBoolean());
        var cluster = spec.GetProperty("cluster");
        Assert.Equal(
            ("https://127.0.0.1:6443", "n", "me"),
            (
                cluster.GetProperty("server").GetString(),
                cluster.GetProperty("tls-server-name").GetString(),
                cluster.GetProperty("config").GetProperty("audience").GetString()));
        Assert.Equal(
            _authority.Pem.Trim(),
            System.Text.Encoding.UTF8.GetString(cluster.GetProperty("certificate-authority-data").GetBytesFromBase64()).Trim());
    }

    [Theory]
    [InlineData("echo 'secret-token'", "printed something that is not JSON")]
    [InlineData("exit 0", "printed nothing")]
    [InlineData("echo '[]'", "not an ExecCredential")]
    [InlineData(
        """echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"secret-token"}}'""",
        "printed version 'client.authentication.k8s.io/v1beta1'"
    )]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}'""", "printed no credential")]
    [InlineData(
        """echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}'""",
        "neither a token nor a client certificate"
    )]
    [InlineData(
        """echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"secret-token","expirationTimestamp":"soon"}}'""",
        "expirationTimestamp that is not a time"
    )]
    [InlineData(
        "echo secret-token; echo first >&2; printf 'please\\033 sign in.\\n\\n' >&2; exit 3",
        "ended with exit code 3: please sign in; run it by hand"
    )]
    [InlineData("head -c 3000000 /dev/zero", "printed more than 1 MiB")]
    public async Task A_plugin_that_gives_no_credential_is_an_error_with_what_it_said_but_not_what_it_gave(string script, string reason)
    {
        _folder.WriteScript("plugin", script);
        var exception = await Assert.ThrowsAsync<MonitoringException>(() => Plugin("./plugin").RunAsync(Cancellation));
        Assert.Equal(ErrorId.CredentialPluginFailed, exception.ErrorId);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo 'To sign in, open https://example.com' >&2; sleep 600", true)]
    [InlineData("sleep 600 & echo $! > \"$0.child\"; echo 'To sign in, open https://example.com' >&2; wait", true)]
    [InlineData("sleep 600", false)]
    public async Task A_plugin_that_hangs_is_killed_with_all_it_started(string script, bool says)
    {
        _folder.WriteScript("plugin", "echo $$ > \"$0.pid\"\n" + script);
        var watch = Stopwatch.StartNew();
        var exception = await Assert.ThrowsAsync<MonitoringException>(() =>
            Plugin("./plugin", TimeSpan.FromSeconds(1)).RunAsync(Cancellation));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, 60);
        Assert.Contains(
            says ? "did not finish within 1 s: To sign in, open https://example.com; " : "did not finish within 1 s; ",
            exception.Message,
            StringComparison.Ordinal);
        await AssertGoneAsync("plugin.pid");
        await AssertGoneAsync("plugin.child");
    }

    [Theory]
    [InlineData(TokenAnswer, 0)]
    [InlineData(TokenAnswer + "; exit 3", 0)]
    [InlineData("head -c 3000000 /dev/zero; sleep 600", 1)]
    public async Task What_a_plugin_leaves_behind_is_killed_only_if_the_plugin_has_not_come_to_its_end(string script, int kills)
    {
        // Windows finds the children of a process that has ended. On Linux they are nobody's, so that the kill is counted instead.
        var killed = 0;
        var programs = SystemPrograms.Current with { Kill = process => { killed++; process.Kill(entireProcessTree: true); } };
        _folder.WriteScript("plugin", script);
        var plugin = new ExecCredentialPlugin(
            Settings("server: 'https://127.0.0.1'", Exec("./plugin")),
            ExecCredentialPlugin.DefaultLimit,
            programs);

        var error = await Record.ExceptionAsync(() => plugin.RunAsync(Cancellation));

        Assert.Equal(script == TokenAnswer, error is null);
        Assert.Equal(kills, killed);
    }

    [Fact]
    public async Task A_batch_file_that_cannot_receive_an_argument_is_an_error_that_does_not_show_the_argument()
    {
        var path = _folder.Write("plugin.cmd", "");
        var plugin = new ExecCredentialPlugin(
            Settings(
                "server: 'https://127.0.0.1'",
                $"exec: {{apiVersion: {V1}, command: ./plugin.cmd, args: [get-token, --scope, 'secret%20scope']}}"),
            ExecCredentialPlugin.DefaultLimit,
            SystemPrograms.Current with { System = SystemKind.Windows });

        var error = await Assert.ThrowsAsync<MonitoringException>(() => plugin.RunAsync(Cancellation));

        Assert.Equal(ErrorId.CredentialPluginFailed, error.ErrorId);
        Assert.Contains(
            $"is the batch file {path}, and its argument 3 has %, which cmd.exe passes to no batch file unchanged; name the program",
            error.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_prompts_finds_nobody_to_answer()
    {
        _folder.WriteScript("plugin", "printf 'Password: ' >&2; if read -r answer; then exit 9; fi; echo 'no answer' >&2; exit 1");
        var exception = await Assert.ThrowsAsync<MonitoringException>(() => Plugin("./plugin").RunAsync(Cancellation));
        Assert.Contains("exit code 1: Password: no answer", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_the_plugin_at_once()
    {
        _folder.WriteScript("plugin", "echo $$ > \"$0.pid\"; sleep 600");
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var source = Source("./plugin");
        var waiting = source.GetAsync(cancellation.Token).AsTask();
        await WaitForAsync("plugin.pid");
        var watch = Stopwatch.StartNew();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1));
        await AssertGoneAsync("plugin.pid");
    }

    [Theory]
    [InlineData("no-such-plugin-anywhere", "", "is not installed or not on the PATH; install it")]
    [InlineData(
        "no-such-plugin-anywhere",
        ", installHint: \"Get it from\\nhttps://example.com.\"",
        "is not installed or not on the PATH; Get it from https://example.com."
    )]
    [InlineData("./missing", "", "is not installed")]
    [InlineData("./not-executable", "", "is not installed")]
    public async Task A_plugin_that_is_not_there_brings_up_the_hint_for_it(string command, string more, string reason)
    {
        _folder.Write("not-executable", "#!/bin/sh\n");
        var exception = await Assert.ThrowsAsync<MonitoringException>(() =>
            Plugin("server: 'https://127.0.0.1'", $"exec: {{apiVersion: {V1}, command: {command}{more}}}").RunAsync(Cancellation)
        );
        Assert.Equal(ErrorId.CredentialPluginFailed, exception.ErrorId);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_runs_once_for_all_who_wait_and_again_shortly_before_its_credential_ends()
    {
        var time = new SkippingTime();
        var expires = time.GetUtcNow().AddHours(1).ToString("O", CultureInfo.InvariantCulture);
        _folder.WriteScript("plugin", $$$"""
            echo run >> "$0.runs"; sleep 0.3
            echo '{"kind":"ExecCredential","apiVersion":"{{{V1}}}","status":{"token":"t","expirationTimestamp":"{{{expires}}}"}}'
            """);
        using var source = Source("./plugin", time);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => source.GetAsync(Cancellation).AsTask()));
        time.Skip(TimeSpan.FromMinutes(58));
        await source.GetAsync(Cancellation);
        Assert.Equal("run\n", await ReadAsync("plugin.runs"));
        time.Skip(TimeSpan.FromMinutes(1.5));
        await source.GetAsync(Cancellation);
        Assert.Equal("run\nrun\n", await ReadAsync("plugin.runs"));
    }

    [Fact]
    public async Task All_who_wait_for_a_plugin_that_fails_hear_of_the_one_failure()
    {
        _folder.WriteScript("plugin", "echo run >> \"$0.runs\"; sleep 0.5; exit 1");
        using var source = Source("./plugin");
        var waiting = Enumerable.Range(0, 20).Select(_ => source.GetAsync(Cancellation).AsTask()).ToList();
        foreach (var one in waiting)
        {
            await Assert.ThrowsAsync<MonitoringException>(() => one);
        }

        Assert.Equal("run\n", await ReadAsync("plugin.runs"));
    }

    [Fact]
    public async Task A_token_that_the_server_refuses_is_renewed_once()
    {
        _folder.WriteScript("plugin", $$$"""
            echo run >> "$0.runs"
            echo '{"kind":"ExecCredential","apiVersion":"{{{V1}}}","status":{"token":"token-'$(wc -l < "$0.runs" | tr -d ' ')'"}}'
            """);
        await using var server = await TestServer.StartAsync(_authority.Server(["127.0.0.1"]), context =>
        {
            context.Response.StatusCode =
                context.Request.Headers.Authorization == "Bearer token-2" && context.Request.Path == "/good" ? 200 : 401;
            return Task.CompletedTask;
        });
        using var connection = TestKubeconfig.Open(
            _folder,
            TestKubeconfig.Text(TestKubeconfig.Server(server, _authority), Exec("./plugin")));
        using (var good = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/good"), Cancellation))
        {
            Assert.Equal(200, (int)good.StatusCode);
        }

        using var bad = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/bad"), Cancellation);
        Assert.Equal(401, (int)bad.StatusCode);
        Assert.Equal(
            ["Bearer token-1", "Bearer token-2", "Bearer token-2", "Bearer token-3"],
            server.Requests.Select(request => request.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_client_certificate_from_a_plugin_is_shown_and_a_renewed_one_gets_connections_of_its_own()
    {
        using var first = _authority.Client("first");
        using var second = _authority.Client("second");
        foreach (var (client, number) in new[] { (first, 1), (second, 2) })
        {
            var key = System
                .Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(client)!
                .ExportPkcs8PrivateKeyPem();
            _folder.Write(
                $"answer-{number}",
                JsonSerializer.Serialize(
                    new
                    {
                        kind = "ExecCredential",
                        apiVersion = V1,
                        status = new { clientCertificateData = client.ExportCertificatePem(), clientKeyData = key },
                    }));
        }

        _folder.WriteScript("plugin", "echo run >> \"$0.runs\"; cat \"$(dirname \"$0\")/answer-$(wc -l < \"$0.runs\" | tr -d ' ')\"");
        await using var server = await TestServer.StartAsync(_authority.Server(["127.0.0.1"]), context =>
        {
            context.Response.StatusCode = context.Connection.ClientCertificate?.Subject == "CN=second" ? 200 : 401;
            return Task.CompletedTask;
        });
        using var connection = TestKubeconfig.Open(
            _folder,
            TestKubeconfig.Text(TestKubeconfig.Server(server, _authority), Exec("./plugin")));
        using var response = await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/"), Cancellation);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(["CN=first", "CN=second"], server.Requests.Select(request => request.ClientCertificate));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    private static string Exec(string command) => $"exec: {{apiVersion: {V1}, command: {command}}}";

    private ExecCredentialPlugin Plugin(string command, TimeSpan? limit = null) =>
        new(Settings("server: 'https://127.0.0.1'", Exec(command)), limit ?? ExecCredentialPlugin.DefaultLimit);

    private ExecCredentialPlugin Plugin(string cluster, string user) => new(Settings(cluster, user), ExecCredentialPlugin.DefaultLimit);

    private ExecCredentialSource Source(string command, TimeProvider? time = null) =>
        new(Settings("server: 'https://127.0.0.1'", Exec(command)), ExecCredentialPlugin.DefaultLimit, time ?? TimeProvider.System);

    private ClusterSettings Settings(string cluster, string user) =>
        MergedKubeconfig.Resolve(
            new ClusterTarget(_folder.Write("config", TestKubeconfig.Text(cluster, user)), null),
            TestKubeconfig.Nowhere);

    private Task<string> ReadAsync(string name) => File.ReadAllTextAsync(_folder.PathOf(name), Cancellation);

    private async Task WaitForAsync(string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Limits.Wait);
        while (!File.Exists(_folder.PathOf(name)) || (await ReadAsync(name)).Length == 0)
        {
            await Task.Delay(10, limit.Token);
        }
    }

    // A process that was killed may still be there for a moment, until its parent has taken note.
    private async Task AssertGoneAsync(string name)
    {
        if (!File.Exists(_folder.PathOf(name)))
        {
            return;
        }

        var id = int.Parse(await ReadAsync(name), CultureInfo.InvariantCulture);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Limits.Wait);
        while (IsRunning(id))
        {
            await Task.Delay(20, limit.Token);
        }
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited && process.ProcessName == "sleep" | process.ProcessName == "plugin" | process.ProcessName == "sh";
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
