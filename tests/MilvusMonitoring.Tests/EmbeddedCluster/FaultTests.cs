using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster;

public sealed class FaultTests : ClusterTest
{
    [Fact]
    public async Task A_status_comes_as_often_as_planned_with_its_retry_after()
    {
        Cluster.Faults.Add(
            "GET",
            "/api/v1/namespaces/*",
            Fault.Answer(HttpStatusCode.TooManyRequests, "TooManyRequests", "slow down", TimeSpan.FromSeconds(1)),
            skip: 1,
            times: 2);

        var statuses = new List<int>();
        for (var attempt = 0; attempt < 4; attempt++)
        {
            var answer = await Client.GetAsync("/api/v1/namespaces/default", Token);
            statuses.Add(answer.Status);
            Assert.Equal(answer.Status == 429, answer.Headers.RetryAfter?.Delta == TimeSpan.FromSeconds(1));
        }

        Assert.Equal([200, 429, 429, 200], statuses);
    }

    [Fact]
    public async Task A_reset_before_does_nothing_and_a_reset_after_has_done_it()
    {
        Cluster.Faults.Add("POST", "/configmaps", Fault.ResetBefore);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token));
        Assert.Null(Cluster.Find("v1", "ConfigMap", "default", "c"));

        Cluster.Faults.Add("POST", "/configmaps", Fault.ResetAfter);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token));
        Assert.NotNull(Cluster.Find("v1", "ConfigMap", "default", "c"));
    }

    [Fact]
    public async Task A_truncated_body_breaks_off()
    {
        Cluster.Faults.Add("GET", "/apis", Fault.TruncatedBody);

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            try
            {
                await Client.GetAsync("/apis", Token);
            }
            catch (HttpRequestException exception)
            {
                throw new IOException("broken off", exception);
            }
        });
    }

    [Fact]
    public async Task A_wrong_content_type_is_announced()
    {
        Cluster.Faults.Add("*", "/version", Fault.WrongContentType);

        Assert.Equal("text/html", (await Client.GetAsync("/version", Token)).ContentType);
    }

    [Fact]
    public async Task A_request_that_hangs_ends_when_the_client_gives_up()
    {
        var rule = Cluster.Faults.Add("*", "/version", Fault.Hang);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var request = Client.GetAsync("/version", patience.Token);
        while (rule.Taken == 0 && !request.IsCompleted)
        {
            await Task.Delay(5, Token);
        }

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        Assert.Equal(200, (await Client.GetAsync("/version", Token)).Status);
    }

    [Fact]
    public async Task Every_request_is_logged_with_what_it_cost()
    {
        await Client.PostAsync(Sample.ConfigMaps, Sample.ConfigMap("c"), Token);
        await Client.GetAsync("/version", Token);

        var write = Assert.Single(Cluster.Requests.Writes);
        Assert.Equal(("POST", Sample.ConfigMaps, "admin", 201), (write.Method, write.Path, write.User, write.Status));
        Assert.True(write.Bytes > 100 && write.RequestBytes > 50);
    }
}
