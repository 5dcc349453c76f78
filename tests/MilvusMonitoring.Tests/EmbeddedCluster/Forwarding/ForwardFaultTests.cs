using System.Diagnostics;
using System.Net.WebSockets;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

public sealed class ForwardFaultTests : ForwardTest
{
    private const string Path = "/portforward";

    [Fact]
    public async Task A_reset_before_the_upgrade_breaks_the_handshake()
    {
        var pod = (await RunPodsAsync())[0];
        Cluster.Faults.Add("GET", Path, Fault.ResetBefore);

        await Assert.ThrowsAsync<WebSocketException>(() => ForwardClient.OpenAsync(Cluster, pod, [Port], Token));

        Assert.Equal(0, Cluster.PortForwards.Sockets);
    }

    [Theory]
    [InlineData(ForwardPoint.Upgraded, 0)]
    [InlineData(ForwardPoint.Announced, 2)]
    public async Task A_cut_comes_at_its_point_of_the_handshake(ForwardPoint point, int messages)
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        Cluster.Faults.Add("GET", Path, Fault.CutAt(point));

        var received = 0;
        await Assert.ThrowsAsync<WebSocketException>(async () =>
        {
            using var client = await ForwardClient.OpenAsync(Cluster, pod, [Port], Token);
            while ((await client.ReceiveAsync(Token)).Channel >= 0)
            {
                received++;
            }
        });

        // On a busy machine the reset overtakes what was sent before it.
        Assert.InRange(received, 0, messages);
        Assert.Equal((0, 1), (server.Connections, Cluster.PortForwards.Sockets));
    }

    [Fact]
    public async Task A_cut_comes_after_the_bytes_that_the_pod_may_send()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Flooding(_ => { }));
        Cluster.Faults.Add("GET", Path, Fault.CutAt(ForwardPoint.BytesDown, 100_000));
        using var client = await OpenAsync(pod, Port);

        var received = 0;
        await Assert.ThrowsAsync<WebSocketException>(async () =>
        {
            while (await client.ReceiveAsync(Token) is { Channel: 0 } message)
            {
                received += message.Data.Length;
            }
        });

        Assert.InRange(received, 0, 100_000);
    }

    [Fact]
    public async Task A_cut_comes_after_the_bytes_that_the_client_may_send()
    {
        var pod = (await RunPodsAsync())[0];
        var received = new MemoryStream();
        await using var server = Serve(new((stream, cancellationToken) => stream.CopyToAsync(received, cancellationToken)));
        Cluster.Faults.Add("GET", Path, Fault.CutAt(ForwardPoint.BytesUp, 5));
        using var client = await OpenAsync(pod, Port);

        await client.SendAsync(0, "1234567"u8, Token);
        await Assert.ThrowsAsync<WebSocketException>(() => client.ReceiveAsync(Token));

        await EventuallyAsync(() => received.Length == 5 && Cluster.PortForwards.OpenStreams == 0);
    }

    [Fact]
    public async Task A_stall_holds_exactly_what_comes_after_its_point()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        Cluster.Faults.Add("GET", Path, Fault.StallAt(ForwardPoint.BytesDown, 3, TimeSpan.FromMilliseconds(300)));
        using var client = await OpenAsync(pod, Port);
        var since = Stopwatch.StartNew();
        await client.SendAsync(0, "abcdef"u8, Token);

        var first = await client.ReceiveAsync(Token);
        var second = await client.ReceiveAsync(Token);

        Assert.Equal(("abc", "def"), (first.Text, second.Text));
        Assert.True(since.Elapsed >= TimeSpan.FromMilliseconds(295));
    }

    [Fact]
    public async Task A_stall_for_ever_ends_when_the_client_leaves()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Flooding(_ => { }));
        Cluster.Faults.Add("GET", Path, Fault.StallAt(ForwardPoint.BytesDown, 10));
        using (var client = await OpenAsync(pod, Port))
        {
            Assert.Equal(10, (await client.ReceiveAsync(Token)).Data.Length);
        }

        await EventuallyAsync(() => Cluster.PortForwards is { OpenSockets: 0, OpenStreams: 0 });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_idle_socket_is_closed_or_broken_off(bool reset)
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        var (limit, time) = (TimeSpan.FromHours(4), new ManualTime());
        Cluster.PortForwards.Options = new() { IdleTimeout = limit, IdleReset = reset, Time = time };
        using var client = await OpenAsync(pod, Port);
        for (var round = 0; round < 3; round++)
        {
            time.Advance(limit * 0.6);
            await client.SendAsync(0, "x"u8, Token);
            Assert.Equal("x", (await client.ReceiveAsync(Token)).Text);
        }

        // The server may note the last message only after its clock was moved.
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(Token);
        bound.CancelAfter(Limits.Wait);
        var ending = Record.ExceptionAsync(() => client.ReadToEndAsync(bound.Token)).AsTask();
        while (!ending.IsCompleted)
        {
            time.Advance(limit);
            await Task.WhenAny(ending, Task.Delay(10, Token));
        }

        var exception = await ending;

        Assert.Equal(reset, exception is WebSocketException);
        Assert.Equal(reset ? null : WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task A_server_that_goes_away_breaks_streams_refuses_and_comes_back_on_its_port()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        using var client = await OpenAsync(pod, Port);

        await Cluster.StopAsync(Token);

        await Assert.ThrowsAsync<WebSocketException>(() => client.ReceiveAsync(Token));
        await Assert.ThrowsAsync<WebSocketException>(() => ForwardClient.OpenAsync(Cluster, pod, [Port], Token));
        await Cluster.RestartAsync(Token);
        using var again = await OpenAsync(pod, Port);
        await again.SendAsync(0, "back"u8, Token);
        Assert.Equal("back", (await again.ReceiveAsync(Token)).Text);
    }

    [Fact]
    public async Task Sockets_and_connections_cost_what_the_options_say()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Sending([1]));
        Cluster.PortForwards.Options = new()
        {
            SocketDelay = TimeSpan.FromMilliseconds(150),
            SocketWork = TimeSpan.FromMilliseconds(50),
            DialDelay = TimeSpan.FromMilliseconds(150),
        };
        var since = Stopwatch.StartNew();

        using var client = await OpenAsync(pod, Port);
        var opened = since.Elapsed;
        await client.ReceiveAsync(Token);

        Assert.True(opened >= TimeSpan.FromMilliseconds(195));
        Assert.True(since.Elapsed >= TimeSpan.FromMilliseconds(345));
    }
}
