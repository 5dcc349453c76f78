using System.Text;
using Microsoft.AspNetCore.Http;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Tests.Kubernetes;

namespace MilvusMonitoring.Tests.Bounded;

/// <summary>Servers that never end, or send far more than they should: each reader gives up, and says what its limit is.</summary>
[Collection(Alone.Name)]
public sealed class HostileServerTests : IDisposable
{
    private static readonly byte[] Spaces = Encoding.ASCII.GetBytes(new string(' ', 64 << 10));

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_without_end_is_given_up()
    {
        await using var server = await ServerAsync(context => SendForeverAsync(context, "{\"a\":\"", Spaces));
        var client = Open(server);
        var error = await Allocations.FailsAsync(() => client.GetAsync("/version", "get it", Cancellation));
        Assert.Equal(ErrorId.ResponseInvalid, error.ErrorId);
        Assert.Contains("The response to GET /version exceeds the limit of 8 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_with_a_body_without_end_is_the_error_all_the_same()
    {
        await using var server = await ServerAsync(context =>
        {
            context.Response.StatusCode = 403;
            return SendForeverAsync(context, """{"kind":"Status","message":"you may not","details":{"causes":[{"message":" """, Spaces);
        });
        var client = Open(server);
        var error = await Allocations.FailsAsync(() => client.GetAsync("/version", "get it", Cancellation));
        Assert.Equal(ErrorId.PermissionDenied, error.ErrorId);
        Assert.Contains("you may not", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_without_end_is_given_up_and_none_of_it_is_kept()
    {
        var pages = 0;
        long most = 0;
        await using var server = await ServerAsync(context =>
        {
            most = ++pages % 500 == 0 ? Math.Max(most, GC.GetTotalMemory(forceFullCollection: true)) : most;
            return context.Response.WriteAsync(
                """{"metadata":{"continue":"more"},"items":[{"metadata":{"name":"a","uid":"u"}}]}""",
                Cancellation);
        });
        var client = Open(server);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var error = await Assert.ThrowsAsync<MonitoringException>(async () =>
        {
            await foreach (var item in client.ListMetadataAsync(ResourceType.Pod, null, "", Cancellation))
            {
                Assert.Equal("a", item.Name);
            }
        });
        Assert.Equal(ErrorId.ResponseInvalid, error.ErrorId);
        Assert.Contains("list pods exceeds the limit of 2,000 pages", error.Message, StringComparison.Ordinal);
        Assert.Equal(Bounds.ListPages.Limit + 1, pages);
        Assert.InRange(most - before, long.MinValue, 64 << 20);
    }

    [Fact]
    public async Task A_list_of_large_objects_is_read_in_smaller_pages()
    {
        var limits = new List<string>();
        await using var server = await ServerAsync(async context =>
        {
            var limit = context.Request.Query["limit"].ToString();
            limits.Add($"{limit} {context.Request.Query["continue"]}".Trim());
            var isLast = context.Request.Query.ContainsKey("continue");
            await context.Response.WriteAsync(isLast ? """{"metadata":{},"items":[""" : """{"metadata":{"continue":"more"},"items":[""");
            for (var item = 0; item < Math.Min(int.Parse(limit, System.Globalization.CultureInfo.InvariantCulture), 30); item++)
            {
                await context.Response.WriteAsync($$"""{{(item == 0 ? "" : ",")}}{"metadata":{"name":"a{{item}}","uid":"u"},"x":" """);
                for (var block = 0; block < 6; block++)
                {
                    await context.Response.Body.WriteAsync(Spaces);
                }

                await context.Response.WriteAsync("\"}");
            }

            await context.Response.WriteAsync("]}");
        });
        var client = Open(server);
        var pods = await ListAsync(client);
        Assert.Equal(40, pods);
        Assert.Equal(["500", "100", "20", "20 more"], limits);
    }

    [Fact]
    public async Task An_event_of_a_watch_without_end_is_given_up()
    {
        await using var server = await ServerAsync(context => SendForeverAsync(context, "{\"type\":\"", Spaces));
        var client = Open(server);
        var error = await Allocations.FailsAsync(async () =>
        {
            await foreach (var _ in client.WatchAsync("/api/v1/pods?watch=true", false, "pods", Cancellation))
            {
            }
        });
        Assert.Contains("The watch on pods exceeds the limit of 8 MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_with_too_many_values_is_given_up()
    {
        var values = string.Join(',', Enumerable.Repeat("{}", 1_000_000));
        var dense = Encoding.ASCII.GetBytes($$"""{"metadata":{},"items":[{"a":[{{values}}]}]}""");
        await using var server = await ServerAsync(context => context.Response.Body.WriteAsync(dense, Cancellation).AsTask());
        var client = Open(server);
        var error = await Allocations.FailsAsync(() => ListAsync(client));
        Assert.Contains("exceeds the limit of 1,300,000 values", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_Prometheus_without_end_is_given_up()
    {
        await using var server = await ServerAsync(context => SendForeverAsync(context, "{\"status\":\"", Spaces), isSecure: false);
        using var http = ServiceHttp.CreateForAddress(new Uri($"http://127.0.0.1:{server.Port}"), null);
        var error = await Allocations.FailsAsync(() => new PrometheusApi(http, "p", ServerAccess.Prometheus).GetConfigurationAsync(Cancellation));
        Assert.Equal((ErrorId.ResponseInvalid, "p answers with more than 8 MiB"), (error.ErrorId, error.Message));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    private static async Task SendForeverAsync(HttpContext context, string start, byte[] block)
    {
        await context.Response.WriteAsync(start);
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(block);
        }
    }

    private static async Task<int> ListAsync(ClusterClient client)
    {
        var count = 0;
        await foreach (var _ in client.ListAsync(ResourceType.Pod, null, "", Cancellation))
        {
            count++;
        }

        return count;
    }

    private async Task<TestServer> ServerAsync(RequestDelegate answer, bool isSecure = true) =>
        await TestServer.StartAsync(isSecure ? _authority.Server(["127.0.0.1"]) : null, answer);

    private ClusterClient Open(TestServer server) =>
        new(TestKubeconfig.Open(_folder, TestKubeconfig.Text(TestKubeconfig.Server(server, _authority), "token: t")));
}
