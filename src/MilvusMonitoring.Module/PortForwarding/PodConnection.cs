using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.PortForwarding;

/// <summary>
/// One TCP connection to a port of a pod through the API server. Each connection has a WebSocket of its own, so that a slow reader does
/// not stall other connections. One reader and one writer at a time.
/// </summary>
/// <remarks>
/// Each binary message is a channel byte and a payload. Channel 0 carries data, channel 1 the kubelet's error text. The first two bytes of
/// each channel are the port (Kubernetes: pkg/kubelet's portforward, websocket.go).
/// </remarks>
internal sealed class PodConnection : IAsyncDisposable
{
    /// <summary>The largest payload that is sent in one message; the kubelet sends messages of 32 KiB.</summary>
    public static readonly int LargestPayload = Bounds.ForwardPayload.Limit;

    /// <summary>The WebSocket subprotocol.</summary>
    public const string Protocol = "v4.channel.k8s.io";

    private const byte DataChannel = 0;
    private const byte ErrorChannel = 1;
    private const int PortBytes = 2;

    private static readonly TimeSpan CloseFrameLimit = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly int[] _portBytesToCome = [PortBytes, PortBytes];
    private readonly StringBuilder _errorText = new();
    private byte[] _incoming = ArrayPool<byte>.Shared.Rent(LargestPayload);
    private byte _channel;
    private bool _atMessageStart = true;
    private Task<ReadOnlyMemory<byte>>? _ahead;
    private int _disposed;

    /// <summary>Takes over a WebSocket that has just been opened.</summary>
    public PodConnection(WebSocket socket, PodAddress pod)
    {
        _socket = socket;
        Pod = pod;
    }

    public PodAddress Pod { get; }

    /// <summary>How the pod's side ended; <see cref="PodEnd.Open"/> while it is open.</summary>
    public PodEnd End { get; private set; }

    /// <summary>The kubelet's reason, or the error of the lost connection; empty for a clean end.</summary>
    public string EndText { get; private set; } = string.Empty;

    /// <summary>Whether the pod's side ended while the connection was idle.</summary>
    public bool HasEnded => _ahead is { IsCompleted: true } && End != PodEnd.Open;

    /// <summary>Starts the first read, so that the end of an idle connection is noticed at once.</summary>
    public Task ReadAhead() => _ahead ??= ReadNextAsync();

    /// <summary>
    /// The next bytes from the pod, valid until the next call; empty once the pod's side has ended: see <see cref="End"/>.
    /// </summary>
    /// <remarks>Only disposing the connection ends a read: a WebSocket does not survive a cancelled read.</remarks>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync()
    {
        if (_ahead is { } ahead)
        {
            _ahead = null;
            return await ahead.ConfigureAwait(false);
        }

        return await ReadNextAsync().ConfigureAwait(false);
    }

    /// <summary>Sends bytes to the pod; waits while the pod does not read.</summary>
    /// <param name="message">One byte that is overwritten, then the bytes, which are sent without a copy.</param>
    /// <param name="cancellationToken">Ends the send and the connection.</param>
    /// <exception cref="WebSocketException">The connection is lost.</exception>
    public ValueTask SendAsync(Memory<byte> message, CancellationToken cancellationToken)
    {
        message.Span[0] = DataChannel;
        return _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
    }

    /// <summary>Ends the connection, with its reads and writes under way.</summary>
    public void Abort() => _socket.Abort();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await SendCloseFrameAsync().ConfigureAwait(false);
        _socket.Abort();
        if (_ahead is { } ahead)
        {
            await ahead.ConfigureAwait(false);
        }

        _socket.Dispose();
        var incoming = Interlocked.Exchange(ref _incoming, []);
        if (End != PodEnd.Open)
        {
            // While the pod's side is open, a read may still write to the buffer.
            ArrayPool<byte>.Shared.Return(incoming);
        }
    }

    private async Task SendCloseFrameAsync()
    {
        if (_socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var limit = new CancellationTokenSource(CloseFrameLimit);
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsLoss(exception) || exception is OperationCanceledException)
        {
            // The other side has closed the connection already.
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadNextAsync()
    {
        while (End == PodEnd.Open)
        {
            var buffer = _incoming;
            ValueWebSocketReceiveResult received;
            try
            {
                received = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception) when (IsLoss(exception) || exception is OperationCanceledException)
            {
                SetEnd(PodEnd.Lost, exception.InnerException?.Message ?? exception.Message);
                break;
            }

            if (received.MessageType == WebSocketMessageType.Close)
            {
                SetEnd(_errorText.Length > 0 ? PodEnd.Refused : PodEnd.Clean, RefusalText.GetReason(_errorText.ToString()));
                break;
            }

            var data = ExtractData(buffer.AsMemory(0, received.Count));
            // The first fragment of a message may be empty.
            _atMessageStart = received.EndOfMessage || (_atMessageStart && received.Count == 0);
            if (!data.IsEmpty)
            {
                return data;
            }
        }

        return default;
    }

    /// <summary>The data in a received fragment of a message.</summary>
    private ReadOnlyMemory<byte> ExtractData(ReadOnlyMemory<byte> fragment)
    {
        if (_atMessageStart && !fragment.IsEmpty)
        {
            _channel = fragment.Span[0];
            fragment = fragment[1..];
        }

        if (_channel > ErrorChannel)
        {
            return default;
        }

        var portBytes = Math.Min(_portBytesToCome[_channel], fragment.Length);
        _portBytesToCome[_channel] -= portBytes;
        fragment = fragment[portBytes..];
        if (_channel == DataChannel)
        {
            return fragment;
        }

        var length = Math.Min(fragment.Length, Bounds.ForwardRefusal.Limit - _errorText.Length);
        _errorText.Append(Encoding.UTF8.GetString(fragment.Span[..length]));
        return default;
    }

    private void SetEnd(PodEnd end, string text)
    {
        EndText = OneLine.TrimPunctuation(OneLine.Clean(text));
        End = end;
    }

    private static bool IsLoss(Exception exception) => exception is WebSocketException or IOException or ObjectDisposedException;
}

/// <summary>How the pod's side of a connection ended.</summary>
internal enum PodEnd
{
    /// <summary>The pod's side is open.</summary>
    Open,

    /// <summary>The server closed the WebSocket: the process closed its connection, or the pod is gone, which looks the same.</summary>
    Clean,

    /// <summary>The kubelet sent a reason, for example that no process listens at the port.</summary>
    Refused,

    /// <summary>The connection to the API server broke.</summary>
    Lost,
}
