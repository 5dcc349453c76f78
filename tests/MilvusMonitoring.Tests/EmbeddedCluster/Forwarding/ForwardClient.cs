using System.Net.WebSockets;
using System.Text;
using EmbeddedCluster;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Forwarding;

/// <summary>A message as it came; a close has channel -1.</summary>
internal sealed record ForwardMessage(int Channel, byte[] Data)
{
    public string Text => Encoding.UTF8.GetString(Data);
}

/// <summary>A port-forward with nothing in between: the messages as they come.</summary>
internal sealed class ForwardClient : IDisposable
{
    public const string Protocol = "v4.channel.k8s.io";

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    private ForwardClient(Cluster cluster, string? protocol, string? token)
    {
        _socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate?.Issuer.Contains("embedded-ca", StringComparison.Ordinal) == true;
        _socket.Options.SetRequestHeader("Authorization", $"Bearer {token ?? cluster.CreateToken("admin", "system:masters")}");
        _socket.Options.CollectHttpResponseDetails = true;
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        _socket.Options.Proxy = null;
        if (protocol is not null)
        {
            _socket.Options.AddSubProtocol(protocol);
        }
    }

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public string? SubProtocol => _socket.SubProtocol;

    public static async Task<ForwardClient> OpenAsync(
        Cluster cluster,
        string pod,
        int[] ports,
        CancellationToken cancellationToken,
        string? protocol = Protocol,
        string? token = null)
    {
        var client = new ForwardClient(cluster, protocol, token);
        try
        {
            await client._socket.ConnectAsync(
                new(cluster.Server.ToString().Replace("https:", "wss:", StringComparison.Ordinal) + PathOf(pod, ports).TrimStart('/')),
                cancellationToken);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The same, with the first two messages of every port read.</summary>
    public static async Task<ForwardClient> OpenAnnouncedAsync(
        Cluster cluster,
        string pod,
        int[] ports,
        CancellationToken cancellationToken)
    {
        var client = await OpenAsync(cluster, pod, ports, cancellationToken);
        for (var channel = 0; channel < ports.Length * 2; channel++)
        {
            Assert.Equal(channel, (await client.ReceiveAsync(cancellationToken)).Channel);
        }

        return client;
    }

    public static string PathOf(string pod, params int[] ports) =>
        $"/api/v1/namespaces/default/pods/{pod}/portforward?{string.Join('&', ports.Select(each => $"ports={each}"))}";

    public async Task<ForwardMessage> ReceiveAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        ValueWebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(_buffer.AsMemory(count), cancellationToken);
            count += received.Count;
        }
        while (!received.EndOfMessage);
        return received.MessageType == WebSocketMessageType.Close ? new(-1, []) : new(_buffer[0], _buffer[1..count]);
    }

    /// <summary>What comes on each channel until the server says goodbye, one string of bytes a channel.</summary>
    public async Task<Dictionary<int, byte[]>> ReadToEndAsync(CancellationToken cancellationToken)
    {
        var channels = new Dictionary<int, List<byte>>();
        while (await ReceiveAsync(cancellationToken) is { Channel: >= 0 } message)
        {
            channels.TryAdd(message.Channel, []);
            channels[message.Channel].AddRange(message.Data);
        }

        return channels.ToDictionary(each => each.Key, each => each.Value.ToArray());
    }

    /// <summary>Reads data until so much has come.</summary>
    public async Task<byte[]> ReadAsync(int channel, int count, CancellationToken cancellationToken)
    {
        var data = new List<byte>();
        while (data.Count < count)
        {
            var message = await ReceiveAsync(cancellationToken);
            Assert.Equal(channel, message.Channel);
            data.AddRange(message.Data);
        }

        return [.. data];
    }

    public Task SendAsync(int channel, ReadOnlySpan<byte> data, CancellationToken cancellationToken) =>
        _socket
            .SendAsync(
                (ReadOnlyMemory<byte>)(byte[])[(byte)channel, .. data],
                WebSocketMessageType.Binary,
                endOfMessage: true,
                cancellationToken)
            .AsTask();

    public Task SendEmptyAsync(CancellationToken cancellationToken) =>
        _socket.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken).AsTask();

    public Task CloseAsync(CancellationToken cancellationToken) =>
        _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);

    public void Dispose() => _socket.Dispose();
}
