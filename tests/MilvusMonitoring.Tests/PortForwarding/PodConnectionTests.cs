using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Tests.PortForwarding;

/// <summary>The messages of a port-forward, frame by frame.</summary>
public sealed class PodConnectionTests
{
    [Fact]
    public async Task A_message_whose_first_frame_is_empty_keeps_its_channel_apart_from_its_data()
    {
        byte[] port = [0x82, 3, 0, 1, 0];
        byte[] message = [0x02, 0, 0x80, 3, 0, (byte)'a', (byte)'b'];
        byte[] farewell = [0x88, 2, 3, 232];
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using var server = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await server.GetStream().WriteAsync((byte[])[.. port, .. message, .. farewell], TestContext.Current.CancellationToken);
        await using var connection = new PodConnection(
            WebSocket.CreateFromStream(client.GetStream(), new WebSocketCreationOptions()),
            new PodAddress("ns", "pod", 1));

        Assert.Equal("ab"u8.ToArray(), (await connection.ReceiveAsync()).ToArray());
        Assert.True((await connection.ReceiveAsync()).IsEmpty);
        Assert.Equal(PodEnd.Clean, connection.End);
    }
}
