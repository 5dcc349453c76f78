using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using MilvusMonitoring.Kubernetes.Connection;

namespace MilvusMonitoring.Tests.Kubernetes;

public sealed class ClusterRetryTests : IDisposable
{
    private static readonly ClusterRequest Get = new(HttpMethod.Get, "/api/v1/namespaces?limit=1");
    private static readonly ClusterRequest Create = new(HttpMethod.Post, "/api/v1/namespaces") { Body = "{}"u8.ToArray() };
    private static readonly ClusterRequest Apply = new(HttpMethod.Patch, "/api/v1/namespaces/a")
    {
        Body = "{}"u8.ToArray(),
        ContentType = ClusterRequest.ApplyPatch,
    };
    private static readonly ClusterRequest JsonPatch = Apply with { ContentType = "application/json-patch+json" };

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly RecordingSink _sink = new();
    private readonly SkippingTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, int, int> Answers => new()
    {
        // Request, status, how often it is sent when that status goes away after two tries.
        { "get", 429, 3 }, { "create", 429, 3 }, { "json-patch", 429, 3 },
        { "get", 503, 3 }, { "apply", 503, 3 }, { "create", 503, 1 }, { "json-patch", 503, 1 },
        { "get", 500, 3 }, { "apply", 502, 3 }, { "apply", 504, 3 }, { "create", 500, 1 },
        { "get", 404, 1 }, { "apply", 409, 1 }, { "get", 403, 1 },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task A_request_is_sent_again_only_where_that_helps_and_cannot_do_harm(string kind, int status, int sent)
    {
        await using var server = await ServerAsync(Failing(2, context => context.Response.StatusCode = status));
        using var connection = Open(server);
        using var response = await connection.SendAsync(Named(kind), Cancellation);
        Assert.Equal(sent, server.Requests.Count);
        Assert.Equal(sent == 3 ? 200 : status, (int)response.StatusCode);
        Assert.Equal(sent == 3 ? 1 : 0, _sink.VerboseLines.Count);
    }

    [Fact]
    public async Task Retry_after_is_honoured_up_to_half_a_minute_and_lets_a_create_be_sent_again()
    {
        await using var server = await ServerAsync(Failing(2, context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = _time.Pauses.Count == 0 ? "7" : "3600";
        }));
        using var connection = Open(server);
        using var response = await connection.SendAsync(Create, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.InRange(_time.Pauses[0].TotalSeconds, 7, 8.75);
        Assert.InRange(_time.Pauses[1].TotalSeconds, 30, 37.5);
    }

    [Fact]
    public async Task An_outage_is_waited_out_for_a_minute_with_growing_pauses_and_one_warning()
    {
        await using var server = await ServerAsync(context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("still down");
        });
        using var connection = Open(server);
        using var response = await connection.SendAsync(Get, Cancellation);
        Assert.Equal("still down", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.InRange(server.Requests.Count, 10, 20);
        Assert.InRange(_time.Pauses.Sum(pause => pause.TotalSeconds), 50, 60);
        Assert.True(_time.Pauses[0] < _time.Pauses[3] && _time.Pauses[^1] <= TimeSpan.FromSeconds(6.25));
        Assert.Equal("Trying GET /api/v1/namespaces again: it answered 503.", Assert.Single(_sink.VerboseLines));
        Assert.Contains("has been failing for", Assert.Single(_sink.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_error_is_tried_again_three_times_and_not_when_the_object_is_at_fault()
    {
        var message = "Internal error occurred: failed calling webhook";
        await using var server = await ServerAsync(context =>
        {
            context.Response.StatusCode = 500;
            return context.Response.WriteAsync($"{{\"kind\":\"Status\",\"message\":\"{message}\"}}");
        });
        using var connection = Open(server);
        using (await connection.SendAsync(Apply, Cancellation))
        {
            Assert.Equal(4, server.Requests.Count);
        }

        message = "failed to create typed patch object: .nonsense: field not declared in schema";
        using var response = await connection.SendAsync(Apply, Cancellation);
        Assert.Equal(5, server.Requests.Count);
        Assert.Contains("nonsense", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_retry_the_first_answer_comes_back()
    {
        await using var server = await ServerAsync(Failing(2, context => context.Response.StatusCode = 503));
        using var connection = Open(server);
        using var response = await connection.SendAsync(Get with { Retry = false }, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Theory]
    [InlineData("get", 3)]
    [InlineData("apply", 3)]
    [InlineData("create", 1)]
    [InlineData("json-patch", 1)]
    public async Task A_lost_connection_leads_to_another_try_unless_the_server_may_have_acted(string kind, int sent)
    {
        await using var server = await ServerAsync(context =>
        {
            if (context.Request.Path != "/version" && Interlocked.Increment(ref _failures) <= 2)
            {
                context.Abort();
            }

            return Task.CompletedTask;
        });
        using var connection = Open(server);
        using (await connection.SendAsync(new ClusterRequest(HttpMethod.Get, "/version"), Cancellation))
        {
        }

        var error = await Record.ExceptionAsync(async () => (await connection.SendAsync(Named(kind), Cancellation)).Dispose());
        Assert.Equal(sent, server.Requests.Count - 1);
        Assert.Equal(sent == 3 ? null : ErrorId.ClusterUnreachable, (error as MonitoringException)?.ErrorId);
    }

    [Fact]
    public async Task An_answer_cut_short_is_asked_for_again()
    {
        await using var server = await ServerAsync(async context =>
        {
            context.Response.ContentLength = 10;
            await context.Response.WriteAsync("01234");
            await context.Response.Body.FlushAsync();
            if (Interlocked.Increment(ref _failures) == 1)
            {
                context.Abort();
                return;
            }

            await context.Response.WriteAsync("56789");
        });
        using var connection = Open(server);
        using var response = await connection.SendAsync(Get, Cancellation);
        Assert.Equal("0123456789", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_server_that_comes_back_on_the_same_port_is_found_again()
    {
        using var certificate = _authority.Server(["127.0.0.1"]);
        var first = await TestServer.StartAsync(certificate, context => context.Response.WriteAsync("1"));
        using var connection = TestKubeconfig.Open(
            _folder,
            TestKubeconfig.Text(TestKubeconfig.Server(first, _authority), "token: t"),
            _sink);
        using (await connection.SendAsync(Get, Cancellation)) { }

        await first.DisposeAsync();
        var answer = connection.SendAsync(Apply, Cancellation);
        await WaitUntilAsync(() => _sink.VerboseLines.Count > 0);
        await using var second = await TestServer.StartAsync(certificate, context => context.Response.WriteAsync("2"), port: first.Port);
        using var response = await answer;
        Assert.Equal("2", await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("127.0.0.1", "the connection was refused")]
    [InlineData("cluster.invalid", "the name cluster.invalid ")]
    public async Task An_address_that_never_answered_is_given_up_after_three_tries(string host, string reason)
    {
        Assert.SkipWhen(
            host != "127.0.0.1"
                && (Environment.GetEnvironmentVariable("HTTPS_PROXY") ?? Environment.GetEnvironmentVariable("https_proxy")) is not null,
            "a proxy of the environment would look the name up");
        using var connection = TestKubeconfig.Open(_folder, TestKubeconfig.Text($"server: 'https://{host}:{FreePort()}'"), _sink, _time);
        var exception = await Assert.ThrowsAsync<MonitoringException>(() => connection.SendAsync(Get, Cancellation));
        Assert.Equal(ErrorId.ClusterUnreachable, exception.ErrorId);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, _time.Pauses.Count);
        Assert.InRange(_time.Pauses.Sum(pause => pause.TotalSeconds), 0.5, 3);
    }

    [Fact]
    public void A_connection_that_nobody_takes_is_waited_for_again_only_where_the_server_has_answered_before()
    {
        Assert.Null(new RetryPolicy(Get, _time).NextPause(TransportStage.ConnectTimedOut, contacted: false));
        Assert.NotNull(new RetryPolicy(Create, _time).NextPause(TransportStage.ConnectTimedOut, contacted: true));
    }

    [Fact]
    public async Task A_server_that_speaks_no_tls_is_told_apart_at_once()
    {
        await using var server = await TestServer.StartAsync(null, context => context.Response.WriteAsync("{}"));
        using var connection = Open(server);
        var exception = await Assert.ThrowsAsync<MonitoringException>(() => connection.SendAsync(Get, Cancellation));
        Assert.Equal(ErrorId.ClusterUnreachable, exception.ErrorId);
        Assert.Contains("TLS", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_try_that_takes_too_long_is_a_time_out_and_no_cancellation(bool headersCome)
    {
        await using var server = await ServerAsync(async context =>
        {
            if (headersCome)
            {
                await context.Response.WriteAsync("{");
                await context.Response.Body.FlushAsync();
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        using var connection = Open(server);
        var exception = await Assert.ThrowsAsync<MonitoringException>(() =>
            connection.SendAsync(Create with { Timeout = TimeSpan.FromMilliseconds(300) }, Cancellation));
        Assert.Equal(ErrorId.TimedOut, exception.ErrorId);
        Assert.Contains("did not answer POST /api/v1/namespaces within 0.3 s", exception.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_callers_cancellation_ends_a_request_and_a_pause_at_once(bool inPause)
    {
        await using var server = await ServerAsync(async context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "30";
            if (!inPause)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
        using var connection = TestKubeconfig.Open(_folder, TestKubeconfig.Text(TestKubeconfig.Server(server, _authority)), _sink);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var sending = connection.SendAsync(Get, cancellation.Token);
        await WaitUntilAsync(() => server.Requests.Count > 0 && (!inPause || _sink.VerboseLines.Count > 0));
        var watch = Stopwatch.StartNew();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    private int _failures;

    private static ClusterRequest Named(string kind) => kind switch
    {
        "get" => Get,
        "create" => Create,
        "apply" => Apply,
        _ => JsonPatch,
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Limits.Wait);
        while (!condition())
        {
            await Task.Delay(10, limit.Token);
        }
    }

    private RequestDelegate Failing(int times, Action<HttpContext> fail) => context =>
    {
        if (Interlocked.Increment(ref _failures) <= times)
        {
            fail(context);
        }

        return Task.CompletedTask;
    };

    private Task<TestServer> ServerAsync(RequestDelegate answer) => TestServer.StartAsync(_authority.Server(["127.0.0.1"]), answer);

    private ClusterConnection Open(TestServer server) =>
        TestKubeconfig.Open(_folder, TestKubeconfig.Text(TestKubeconfig.Server(server, _authority), "token: t"), _sink, _time);
}
