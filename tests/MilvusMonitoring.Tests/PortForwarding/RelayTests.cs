using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>What goes in comes out, whole and in order, and nobody waits for anybody else.</summary>
public sealed class RelayTests
{
    private const long Large = 1L << 30;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_download_arrives_to_the_byte()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        using var client = ForwardStage.NewClient();

        await using var download = await client.GetStreamAsync(new Uri(forward.Url, $"bytes/{Large}"), Token);
        var buffer = new byte[64 * 1024];
        long at = 0;
        while (await download.ReadAsync(buffer, Token) is var count and > 0)
        {
            Assert.True(WebServer.IsAt(at, buffer.AsSpan(0, count)), $"what came after {at} bytes is not what was sent");
            at += count;
        }

        Assert.Equal(Large, at);
    }

    [Fact]
    public async Task A_large_upload_arrives_whole()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        using var client = ForwardStage.NewClient();
        using var content = new StreamContent(new RepeatedStream(Large));

        using var answer = await client.PostAsync(new Uri(forward.Url, "length"), content, Token);

        Assert.Equal($"{Large}", await answer.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task A_hundred_connections_at_once_all_get_their_own_bytes()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        await using var echo = PodServer.Echo();
        stage.Cluster.Backends.ServePod("monitoring", "prometheus-k8s-0", 9090, echo.EndPoint);
        await stage.DrainSparesAsync(forward);

        var intact = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => Task.Run(() => EchoesAsync(forward, number), Token)));

        Assert.All(intact, Assert.True);
        await Commands.Stage.UntilAsync(() => forward.OpenConnections == 0);
    }

    [Fact]
    public async Task A_reader_that_stalls_holds_its_own_sender_and_nobody_else()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        long sent = 0;
        await using var flood = PodServer.Flooding(count => Interlocked.Add(ref sent, count));
        stage.Cluster.Backends.ServePod("monitoring", "prometheus-k8s-0", 9090, flood.EndPoint);
        await stage.DrainSparesAsync(forward);
        using var stalled = await ForwardStage.ConnectAsync(forward);
        await Commands.Stage.UntilAsync(() => Interlocked.Read(ref sent) > 0);
        long before;
        do
        {
            before = Interlocked.Read(ref sent);
            await Task.Delay(300, Token);
        }
        while (Interlocked.Read(ref sent) != before);

        // What lies between is the kernels' buffers of four sockets, and one message in the relay.
        Assert.InRange(before - forward.BytesReceived, 0, 64 << 20);
        stage.Cluster.Backends.ServePod("monitoring", "prometheus-k8s-0", 9090, (await stage.ServeAsync("other")).EndPoint);
        await stage.DrainSparesAsync(forward);
        for (var round = 0; round < 10; round++)
        {
            Assert.Equal("other", await ForwardStage.GetAsync(forward));
        }
    }

    [Fact]
    public async Task A_client_that_has_sent_all_it_has_still_gets_its_answer()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        await using var slow = new PodServer(async (stream, cancellationToken) =>
        {
            var buffer = new byte[4];
            await stream.ReadExactlyAsync(buffer, cancellationToken);
            for (var piece = 0; piece < 3; piece++)
            {
                await Task.Delay(120, cancellationToken);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"{piece};"), cancellationToken);
            }
        });
        stage.Cluster.Backends.ServePod("monitoring", "prometheus-k8s-0", 9090, slow.EndPoint);
        await stage.DrainSparesAsync(forward);

        // A busy machine makes a pause of the pod longer than the relay waits. Without the wait no round would have all pieces.
        var answers = new List<string>();
        while (answers is not [.., "0;1;2;"] && answers.Count < 8)
        {
            using var socket = await ForwardStage.ConnectAsync(forward);
            await socket.SendAsync("ping"u8.ToArray(), Token);
            socket.Shutdown(SocketShutdown.Send);
            answers.Add(await ReadToEndAsync(socket));
        }

        Assert.Equal("0;1;2;", answers[^1]);
    }

    [Fact]
    public async Task The_last_bytes_of_a_pod_that_closes_arrive_before_the_end()
    {
        await using var stage = await ForwardStage.StartAsync();
        var forward = await stage.StartForwardAsync();
        var data = RandomNumberGenerator.GetBytes(1 << 20);
        await using var server = PodServer.Sending(data);
        stage.Cluster.Backends.ServePod("monitoring", "prometheus-k8s-0", 9090, server.EndPoint);
        await stage.DrainSparesAsync(forward);
        using var socket = await ForwardStage.ConnectAsync(forward);

        using var received = new MemoryStream();
        await using var stream = new NetworkStream(socket);
        await stream.CopyToAsync(received, Token);

        Assert.Equal(data, received.ToArray());
    }

    private static async Task<bool> EchoesAsync(MonitoringPortForward forward, int number)
    {
        using var socket = await ForwardStage.ConnectAsync(forward);
        var sent = new byte[100_000];
        Array.Fill(sent, (byte)number);
        var received = new byte[sent.Length];
        await using var stream = new NetworkStream(socket);
        var reading = stream.ReadExactlyAsync(received, Token);
        await stream.WriteAsync(sent, Token);
        await reading;
        return received.AsSpan().SequenceEqual(sent);
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var buffer = new byte[1024];
        var text = new StringBuilder();
        while (await socket.ReceiveAsync(buffer, Token) is var count and > 0)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    /// <summary>So many bytes, read once.</summary>
    private sealed class RepeatedStream(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var given = (int)Math.Min(count, _left);
            _left -= given;
            return given;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
