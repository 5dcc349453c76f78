using System.Net.WebSockets;

namespace EmbeddedCluster.Kubelet;

/// <summary>
/// The WebSocket that carries the streams of one port-forward: one message at a time goes out, and what passes is counted.
/// </summary>
internal sealed class ForwardSocket(WebSocket socket, ForwardFault fault, TimeProvider time, CancellationToken aborted) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1, 1);
    private long _lastMessage = time.GetTimestamp();

    /// <summary>How many bytes of messages were sent.</summary>
    public long Sent { get; private set; }

    public TimeSpan Idle => time.GetElapsedTime(Interlocked.Read(ref _lastMessage));

    /// <summary>Sends a message that is no pod's data.</summary>
    /// <param name="message">With the channel in front.</param>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        await _sending.WaitAsync(aborted).ConfigureAwait(false);
        try
        {
            await WriteAsync(message).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Sends what came from a pod. A client that does not read holds the caller.</summary>
    /// <param name="message">With the channel in front; may be overwritten.</param>
    public async ValueTask SendDataAsync(Memory<byte> message)
    {
        await _sending.WaitAsync(aborted).ConfigureAwait(false);
        try
        {
            var passing = fault.Pass(ForwardPoint.BytesDown, message.Length - 1);
            if (passing > 0)
            {
                await WriteAsync(message[..(passing + 1)]).ConfigureAwait(false);
            }

            if (fault.IsDue(ForwardPoint.BytesDown))
            {
                await fault.StrikeAsync(aborted).ConfigureAwait(false);
            }

            if (passing < message.Length - 1)
            {
                var rest = message[passing..];
                rest.Span[0] = message.Span[0];
                await WriteAsync(rest).ConfigureAwait(false);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var received = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
        Touch();
        return received;
    }

    /// <summary>Says goodbye with 1000, after whatever is being sent.</summary>
    public async Task CloseAsync()
    {
        await _sending.WaitAsync(aborted).ConfigureAwait(false);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, aborted).ConfigureAwait(false);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public void Dispose()
    {
        _sending.Dispose();
        socket.Dispose();
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> message)
    {
        await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, aborted).ConfigureAwait(false);
        Sent += message.Length;
        Touch();
    }

    private void Touch() => Interlocked.Exchange(ref _lastMessage, time.GetTimestamp());
}
