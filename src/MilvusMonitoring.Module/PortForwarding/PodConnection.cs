using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using MilvusMonitoring.Messages;

namespace MilvusMonitoring.PortForwarding;

/// <summary>
/// One TCP connection to a port of a pod, carried by a WebSocket of its own through the API server, so that a reader who stalls holds
/// nobody else.
/// One reader and one writer at a time.
/// </summary>
/// <remarks>
/// Each binary message is a channel byte and its payload; channel 0 is data, channel 1 the kubelet's error text, and each begins with the
/// port in two bytes (Kubernetes: pkg/kubelet's portforward, websocket.go).
/// </remarks>
internal sealed class PodConnection : IAsyncDisposable
{
    /// <summary>How much goes into one message; the kubelet answers in messages of 32 KiB.</summary>
    public const int LargestPayload = 64 << 10;

    /// <summary>The subprotocol.</summary>
    public const string Protocol = "v4.channel.k8s.io";

    private const byte DataChannel = 0;
    private const byte ErrorChannel = 1;
    private const int PortBytes = 2;
    private const int LongestErrorText = 2048;

    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly int[] _portBytesToCome = [PortBytes, PortBytes];
    private readonly StringBuilder _errorText = new();
    private byte[] _incoming = ArrayPool<byte>.Shared.Rent(LargestPayload);
    private byte _channel;
    private bool _atMessageStart = true;
    private Task<ReadOnlyMemory<byte>>? _ahead;
    private int _disposed;

    /// <summary>Takes over a WebSocket.</summary>
    /// <param name="socket">The WebSocket, just opened.</param>
    /// <param name="pod">The pod that it leads to.</param>
    public PodConnection(WebSocket socket, PodAddress pod)
    {
        _socket = socket;
        Pod = pod;
    }

    /// <summary>The pod and its port.</summary>
    public PodAddress Pod { get; }

    /// <summary>How the pod's side ended; <see cref="PodEnd.Open"/> as long as it has not.</summary>
    public PodEnd End { get; private set; }

    /// <summary>What the kubelet said of it, or what broke it; empty for a clean end.</summary>
    public string EndText { get; private set; } = string.Empty;

    /// <summary>Whether the pod's side ended before anybody used the connection.</summary>
    public bool HasEnded => _ahead is { IsCompleted: true } && End != PodEnd.Open;

    /// <summary>Begins the first read, so that an end is seen as it comes while the connection waits to be used.</summary>
    public Task ReadAhead() => _ahead ??= NextAsync();

    /// <summary>The next bytes from the pod, valid until the next call; empty once its side has ended: see <see cref="End"/>.</summary>
    /// <remarks>It ends when the connection is disposed of: a WebSocket does not survive a cancelled read.</remarks>
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync()
    {
        if (_ahead is { } ahead)
        {
            _ahead = null;
            return await ahead.ConfigureAwait(false);
        }

        return await NextAsync().ConfigureAwait(false);
    }

    /// <summary>Sends bytes to the pod, and waits while its side takes no more.</summary>
    /// <param name="message">One byte that is overwritten, then the bytes: they go out as they lie, without a copy.</param>
    /// <param name="cancellationToken">Ends the connection too.</param>
    /// <exception cref="WebSocketException">The connection is gone.</exception>
    public ValueTask SendAsync(Memory<byte> message, CancellationToken cancellationToken)
    {
        message.Span[0] = DataChannel;
        return _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
    }

    /// <summary>Breaks the connection off; reads and writes under way end.</summary>
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
            // Else a read may still be under way in it.
            ArrayPool<byte>.Shared.Return(incoming);
        }
    }

    private async Task SendCloseFrameAsync()
    {
        if (_socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var limit = new CancellationTokenSource(FarewellLimit);
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsLoss(exception) || exception is OperationCanceledException)
        {
            // The other side has gone first; the end is the same.
        }
    }

    private async Task<ReadOnlyMemory<byte>> NextAsync()
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
                Finish(PodEnd.Lost, exception.InnerException?.Message ?? exception.Message);
                break;
            }

            if (received.MessageType == WebSocketMessageType.Close)
            {
                Finish(_errorText.Length > 0 ? PodEnd.Refused : PodEnd.Clean, RefusalText.ReasonIn(_errorText.ToString()));
                break;
            }

            var data = Data(buffer.AsMemory(0, received.Count));
            // A first piece may be empty.
            _atMessageStart = received.EndOfMessage || (_atMessageStart && received.Count == 0);
            if (!data.IsEmpty)
            {
                return data;
            }
        }

        return default;
    }

    /// <summary>What of a received piece is data for the reader.</summary>
    private ReadOnlyMemory<byte> Data(ReadOnlyMemory<byte> piece)
    {
        if (_atMessageStart && !piece.IsEmpty)
        {
            _channel = piece.Span[0];
            piece = piece[1..];
        }

        if (_channel > ErrorChannel)
        {
            return default;
        }

        var portBytes = Math.Min(_portBytesToCome[_channel], piece.Length);
        _portBytesToCome[_channel] -= portBytes;
        piece = piece[portBytes..];
        if (_channel == DataChannel)
        {
            return piece;
        }

        _errorText.Append(Encoding.UTF8.GetString(piece.Span[..Math.Min(piece.Length, LongestErrorText - _errorText.Length)]));
        return default;
    }

    private void Finish(PodEnd end, string text)
    {
        EndText = OneLine.TrimPunctuation(OneLine.Clean(text));
        End = end;
    }

    private static bool IsLoss(Exception exception) => exception is WebSocketException or IOException or ObjectDisposedException;
}
