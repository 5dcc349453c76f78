using System.Net;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>A port-forward outlives what is behind it.</summary>
public sealed class ForwardLifeTests
{
    private const string PortForward = "/portforward";

    /// <summary>As pods do that are given the time to end: their endpoints go before they do.</summary>
    private static readonly ClusterOptions SlowToStop = new()
    {
        PodStopDelay = TimeSpan.FromMilliseconds(300),
        Forward = new ForwardOptions { CloseDelay = TimeSpan.FromMilliseconds(50) },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_its_pod_is_deleted_the_next_connection_goes_to_another()
    {
        await using var stage = await ForwardStage.StartAsync(SlowToStop);
        var forward = await stage.StartForwardAsync();
        Assert.Equal("prometheus-k8s-0", await ForwardStage.GetAsync(forward));
        stage.Cluster.Readiness.Never("StatefulSet", "monitoring", "prometheus-k8s");

        stage.Cluster.Remove("v1", "Pod", "monitoring", "prometheus-k8s-0");

        await Commands.Stage.UntilAsync(() => forward.Pod == "prometheus-k8s-1");
        Assert.Equal("prometheus-k8s-1", await ForwardStage.GetAsync(forward));
        Assert.Equal(1, forward.Reconnects);
    }

    [Fact]
    public async Task A_transfer_cut_by_the_end_of_its_pod_is_broken_not_complete()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        using var socket = await ForwardStage.ConnectAsync(forward);
        await socket.SendAsync("GET /bytes/1000000000 HTTP/1.0\r\n\r\n"u8.ToArray(), Token);
        var buffer = new byte[64 * 1024];
        Assert.True(await socket.ReceiveAsync(buffer, Token) > 0);

        stage.Cluster.Remove("v1", "Pod", "monitoring", "prometheus-k8s-0", atOnce: true);

        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(async () =>
        {
            while (await socket.ReceiveAsync(buffer, Token) > 0)
            {
            }
        });
        Assert.Equal("prometheus-k8s-1", await ForwardStage.GetAsync(forward));
    }

    [Fact]
    public async Task Without_a_ready_pod_connections_are_held_until_there_is_one()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync("Grafana");
        stage.Cluster.SetReady("monitoring", GrafanaPod(stage), ready: false);
        await Commands.Stage.UntilAsync(() => forward.State == PortForwardState.Reconnecting);

        var answer = ForwardStage.GetAsync(forward);
        Assert.Null(forward.Pod);
        Assert.Contains("No pod of Service/monitoring/grafana is ready (1 not ready)", forward.LastError, StringComparison.Ordinal);
        await Task.Delay(300, Token);
        Assert.False(answer.IsCompleted);
        stage.Cluster.SetReady("monitoring", GrafanaPod(stage), ready: true);

        Assert.Equal("grafana", await answer);
        Assert.NotEqual(PortForwardState.Reconnecting, forward.State);
    }

    [Fact]
    public async Task A_pod_replaced_under_its_own_name_is_another_pod()
    {
        await using var stage = await ForwardStage.StartAsync(SlowToStop);
        var forward = await stage.StartForwardAsync();
        stage.Cluster.SetReady("monitoring", "prometheus-k8s-1", ready: false);

        for (var round = 0; round < 3; round++)
        {
            var before = (string)stage.Cluster.Find("v1", "Pod", "monitoring", "prometheus-k8s-0")!["metadata"]!["uid"]!;
            stage.Cluster.Remove("v1", "Pod", "monitoring", "prometheus-k8s-0");
            await Commands.Stage.UntilAsync(() => forward.Pod is null);
            Assert.Equal("prometheus-k8s-0", await ForwardStage.GetAsync(forward));
            Assert.NotEqual(before, (string?)stage.Cluster.Find("v1", "Pod", "monitoring", "prometheus-k8s-0")?["metadata"]!["uid"]);
        }
    }

    [Fact]
    public async Task The_api_server_may_go_away_and_come_back()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        Assert.Equal("prometheus-k8s-0", await ForwardStage.GetAsync(forward));

        // A connection that was opened ahead would end with the server, and with it the request that gets it.
        await stage.DrainSparesAsync(forward);
        var reconnects = forward.Reconnects;
        await stage.Cluster.StopAsync(Token);

        var answer = GetOfNewConnectionAsync(forward);
        await Commands.Stage.UntilAsync(() => forward.State == PortForwardState.Reconnecting);
        Assert.Contains("cannot be reached", forward.LastError, StringComparison.Ordinal);
        await stage.Cluster.RestartAsync(Token);

        Assert.Equal("prometheus-k8s-0", await answer);
        Assert.Equal(PortForwardState.Connected, forward.State);
        Assert.True(forward.Reconnects > reconnects);
    }

    /// <summary>On a busy machine a connection has been opened ahead again meanwhile, and ends with the server.</summary>
    private static async Task<string> GetOfNewConnectionAsync(MonitoringPortForward forward)
    {
        for (var left = 3; ; left--)
        {
            try
            {
                return await ForwardStage.GetAsync(forward);
            }
            catch (HttpRequestException) when (left > 0)
            {
                Assert.Equal(PortForwardState.Reconnecting, forward.State);
            }
        }
    }

    [Fact]
    public async Task Idle_connections_that_the_server_cuts_cost_nothing()
    {
        // Long enough for a busy machine: a connection that is still being opened, or waits for its answer, must not be idle for so long.
        await using var stage = await ForwardStage.StartAsync(
            new ClusterOptions
            {
                Forward = new ForwardOptions { IdleTimeout = TimeSpan.FromSeconds(3), IdleReset = true },
            });
        var forward = await stage.StartForwardAsync();

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal("prometheus-k8s-0", await ForwardStage.GetAsync(forward));
            await Commands.Stage.UntilAsync(() => stage.Cluster.PortForwards.OpenSockets == 0);

            // The server has cut them; the client is to take note before it hands one out.
            await Task.Delay(1000, Token);
        }

        Assert.Null(forward.LastError);
    }

    [Fact]
    public async Task A_pod_that_refuses_breaks_that_connection_and_says_why()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync("Grafana");
        await Commands.Stage.UntilAsync(() => stage.Cluster.PortForwards.OpenStreams > 0);
        stage.Cluster.Backends.Clear();
        using (var socket = await ForwardStage.ConnectAsync(forward))
        {
            // The connection that was opened ahead is still good.
            await socket.SendAsync("GET /who HTTP/1.0\r\n\r\n"u8.ToArray(), Token);
            Assert.True(await socket.ReceiveAsync(new byte[1024], Token) > 0);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => ForwardStage.GetAsync(forward));

        await Commands.Stage.UntilAsync(() => forward.LastError is not null);
        Assert.Matches(@"^A connection to Pod/monitoring/grafana-\S+:3000 failed: connection refused\.$", forward.LastError);
        await using var back = await WebServer.StartAsync("back", Token);
        stage.Cluster.Backends.Serve("monitoring", "app=grafana", 3000, back.EndPoint);
        Assert.Equal("back", await FirstAnswerAsync(forward));
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task An_api_server_that_fails_for_a_moment_is_tried_again(HttpStatusCode status)
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        await stage.DrainSparesAsync(forward);
        stage.Cluster.Faults.Add("GET", PortForward, Fault.Answer(status), times: 3);

        Assert.Equal(
            ["prometheus-k8s-0", "prometheus-k8s-0"],
            (await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ForwardStage.GetAsync(forward))))
                .Distinct()
                .Append("prometheus-k8s-0")
                .Take(2));
    }

    [Fact]
    public async Task Permission_lost_on_the_way_is_told()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        await stage.DrainSparesAsync(forward);
        stage.Cluster.Faults.Add(
            "GET",
            PortForward,
            Fault.Answer(
                HttpStatusCode.Forbidden,
                "Forbidden",
                "pods \"x\" is forbidden: User \"admin\" cannot get resource \"pods/portforward\" in API group \"\" in the namespace "
                    + "\"monitoring\""
            ),
            times: null);

        await Assert.ThrowsAsync<HttpRequestException>(() => ForwardStage.GetAsync(forward));

        Assert.Contains("cannot get pods/portforward", forward.LastError, StringComparison.Ordinal);
        Assert.Equal(PortForwardState.Reconnecting, forward.State);
        stage.Cluster.Faults.Clear();
        Assert.Equal("prometheus-k8s-0", await ForwardStage.GetAsync(forward));
    }

    [Fact]
    public async Task A_watch_that_is_too_old_begins_anew()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        stage.Cluster.ForgetHistory();
        await stage.Cluster.RestartAsync(Token);

        stage.Cluster.SetReady("monitoring", "prometheus-k8s-0", ready: false);

        await Commands.Stage.UntilAsync(() => forward.Pod == "prometheus-k8s-1");
        Assert.Equal("prometheus-k8s-1", await ForwardStage.GetAsync(forward));
    }

    /// <summary>Some connections that were opened ahead may have been refused a moment ago, too.</summary>
    private static async Task<string> FirstAnswerAsync(MonitoringPortForward forward)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await ForwardStage.GetAsync(forward);
            }
            catch (HttpRequestException) when (attempt < 10)
            {
                await Task.Delay(50, Token);
            }
        }
    }

    private static string GrafanaPod(ForwardStage stage) =>
        stage
            .Cluster.List("v1", "Pod", "monitoring")
            .Select(pod => (string)pod["metadata"]!["name"]!)
            .Single(name => name.StartsWith("grafana", StringComparison.Ordinal));
}
