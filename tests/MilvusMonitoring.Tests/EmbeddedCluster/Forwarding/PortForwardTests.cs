using System.Diagnostics;
using System.Net.WebSockets;
using System.Security.Cryptography;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

public sealed class PortForwardTests : ForwardTest
{
    protected override ClusterOptions Options => new() { Forward = new() { CloseDelay = TimeSpan.FromMilliseconds(20) } };

    [Theory]
    [InlineData(ForwardClient.Protocol)]
    [InlineData(null)]
    public async Task Every_channel_begins_with_its_port(string? protocol)
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        using var client = await ForwardClient.OpenAsync(Cluster, pod, [Port, 9999], Token, protocol);

        var announced = new List<string>();
        for (var channel = 0; channel < 4; channel++)
        {
            var message = await client.ReceiveAsync(Token);
            announced.Add($"{message.Channel}: {Convert.ToHexString(message.Data)}");
        }

        Assert.Equal(["0: 901F", "1: 901F", "2: 0F27", "3: 0F27"], announced);
        Assert.Equal(protocol, client.SubProtocol);
    }

    [Fact]
    public async Task The_same_port_several_times_gives_streams_of_their_own()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        using var client = await OpenAsync(pod, Port, Port);

        await client.SendAsync(2, "second"u8, Token);
        var second = await client.ReceiveAsync(Token);
        await client.SendAsync(0, "first"u8, Token);
        var first = await client.ReceiveAsync(Token);

        Assert.Equal((2, "second", 0, "first"), (second.Channel, second.Text, first.Channel, first.Text));
        Assert.Equal((2, 2, 1), (server.Connections, Cluster.PortForwards.OpenStreams, Cluster.PortForwards.OpenSockets));
    }

    [Fact]
    public async Task What_goes_to_no_data_channel_is_ignored()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        using var client = await OpenAsync(pod, Port);

        await client.SendEmptyAsync(Token);
        await client.SendAsync(0, [], Token);
        await client.SendAsync(1, "to the error channel"u8, Token);
        await client.SendAsync(7, "to nobody"u8, Token);
        await client.SendAsync(0, "to the pod"u8, Token);

        Assert.Equal("to the pod", (await client.ReceiveAsync(Token)).Text);
    }

    [Fact]
    public async Task Data_comes_whole_in_frames_of_32_KiB_and_then_a_plain_close()
    {
        var pod = (await RunPodsAsync())[0];
        var data = RandomNumberGenerator.GetBytes(3_000_000);
        await using var server = Serve(PodServer.Sending(data));
        using var client = await OpenAsync(pod, Port);

        var (received, longest) = (new List<byte>(), 0);
        while (await client.ReceiveAsync(Token) is { Channel: 0 } message)
        {
            received.AddRange(message.Data);
            longest = Math.Max(longest, message.Data.Length);
        }

        Assert.Equal(SHA256.HashData(data), SHA256.HashData(received.ToArray()));
        Assert.Equal((WebSocketCloseStatus.NormalClosure, 32768), (client.CloseStatus, longest));
        await EventuallyAsync(() => Cluster.PortForwards is { OpenSockets: 0, OpenStreams: 0 });
    }

    [Fact]
    public async Task What_a_client_sends_in_long_messages_and_in_fragments_comes_whole()
    {
        var pod = (await RunPodsAsync())[0];
        var data = RandomNumberGenerator.GetBytes(1_000_000);
        await using var server = Serve(PodServer.Echo());
        using var client = await OpenAsync(pod, Port);

        var sending = client.SendAsync(0, data, Token);
        var received = await client.ReadAsync(0, data.Length, Token);
        await sending;

        Assert.Equal(SHA256.HashData(data), SHA256.HashData(received));
    }

    [Fact]
    public async Task The_close_comes_a_second_after_the_pods_data()
    {
        Cluster.PortForwards.Options = new();
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Sending([1, 2, 3]));
        var since = Stopwatch.StartNew();
        using var client = await OpenAsync(pod, Port);
        await client.ReceiveAsync(Token);

        Assert.Equal(-1, (await client.ReceiveAsync(Token)).Channel);

        Assert.True(since.Elapsed >= TimeSpan.FromSeconds(0.99));
    }

    [Fact]
    public async Task A_refusing_port_is_told_on_its_error_channel_and_leaves_the_others_alone()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        using var client = await OpenAsync(pod, Port, 9999);

        var refusal = await client.ReceiveAsync(Token);
        await client.SendAsync(0, "still here"u8, Token);

        Assert.Equal(3, refusal.Channel);
        Assert.Matches(
            "^error forwarding port 9999 to pod [0-9a-f]{64}, uid : failed to execute portforward in network namespace \".+\": failed "
                + "to connect to localhost:9999 .+: connection refused IPv6 .+$",
            refusal.Text);
        Assert.Equal("still here", (await client.ReceiveAsync(Token)).Text);
    }

    [Fact]
    public async Task A_port_that_refuses_alone_is_followed_by_a_plain_close()
    {
        var pod = (await RunPodsAsync())[0];
        using var client = await OpenAsync(pod, 9999);

        var channels = await client.ReadToEndAsync(Token);

        Assert.Equal([1], channels.Keys);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task A_pod_that_breaks_off_is_told_on_the_error_channel()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(new(async (stream, cancellationToken) =>
        {
            await stream.ReadExactlyAsync(new byte[1], cancellationToken);
            stream.Socket.LingerState = new(true, 0);
            stream.Socket.Close();
        }));
        using var client = await OpenAsync(pod, Port);
        await client.SendAsync(0, "x"u8, Token);

        var channels = await client.ReadToEndAsync(Token);

        Assert.EndsWith(
            $"read tcp4 127.0.0.1:{Port}: connection reset by peer",
            System.Text.Encoding.UTF8.GetString(channels[1]),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_frees_what_it_held()
    {
        var pod = (await RunPodsAsync())[0];
        await using var server = Serve(PodServer.Echo());
        using (var polite = await OpenAsync(pod, Port))
        using (await OpenAsync(pod, Port))
        {
            await EventuallyAsync(() => Cluster.PortForwards is { OpenSockets: 2, OpenStreams: 2 });
            await polite.CloseAsync(Token);
            Assert.Equal(WebSocketCloseStatus.NormalClosure, polite.CloseStatus);
        }

        await EventuallyAsync(() => Cluster.PortForwards is { OpenSockets: 0, OpenStreams: 0, Sockets: 2, Streams: 2 });
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_its_own_pod_and_nobody_else()
    {
        var pod = (await RunPodsAsync())[0];
        long sent = 0;
        await using var server = Serve(PodServer.Flooding(count => Interlocked.Add(ref sent, count)));
        await using var other = PodServer.Echo();
        Cluster.Backends.Serve("default", "app=web", 8081, other.EndPoint);
        using var slow = await OpenAsync(pod, Port);
        await EventuallyAsync(() => Interlocked.Read(ref sent) > 0);

        var before = -1L;
        await EventuallyAsync(() => Interlocked.Exchange(ref before, Interlocked.Read(ref sent)) == Interlocked.Read(ref sent));
        using var quick = await OpenAsync(pod, 8081);
        await quick.SendAsync(0, "hello"u8, Token);

        Assert.Equal("hello", (await quick.ReceiveAsync(Token)).Text);
        Assert.InRange(Interlocked.Read(ref sent), 1, 32 << 20);
    }

    [Fact]
    public async Task Pods_may_have_servers_of_their_own()
    {
        var pods = await RunPodsAsync(2);
        await using var common = Serve(PodServer.Sending("common"u8.ToArray()));
        await using var own = PodServer.Sending("own"u8.ToArray());
        Cluster.Backends.ServePod("default", pods[1], Port, own.EndPoint);
        Cluster.Backends.Serve("default", "app=web", 8081, (port, _) =>
            ValueTask.FromResult<Stream>(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(port.Pod))));

        async Task<string> ReadAsync(string pod, int port)
        {
            using var client = await OpenAsync(pod, port);
            return (await client.ReceiveAsync(Token)).Text;
        }

        Assert.Equal(
            ["common", "own", pods[0]],
            [await ReadAsync(pods[0], Port), await ReadAsync(pods[1], Port), await ReadAsync(pods[0], 8081)]);
    }
}
