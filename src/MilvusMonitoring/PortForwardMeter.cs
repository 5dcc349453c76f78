namespace MilvusMonitoring;

/// <summary>What a port-forward counts as it works, from any thread.</summary>
internal sealed class PortForwardMeter
{
    private long _connections;
    private long _bytesReceived;
    private long _bytesSent;
    private int _openConnections;
    private int _reconnects;
    private volatile bool _isReconnecting;
    private volatile object? _ended;

    /// <summary>The pod that new connections go to; null where none is ready.</summary>
    public string? Pod { get; set; }

    /// <summary>What went wrong last, one line.</summary>
    public string? LastError { get; private set; }

    /// <summary>When it went wrong.</summary>
    public DateTimeOffset? LastErrorAt { get; private set; }

    public long Connections => Interlocked.Read(ref _connections);

    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public int OpenConnections => Volatile.Read(ref _openConnections);

    public int Reconnects => Volatile.Read(ref _reconnects);

    public PortForwardState State => _ended switch
    {
        PortForwardState ended => ended,
        _ when _isReconnecting => PortForwardState.Reconnecting,
        _ when OpenConnections > 0 => PortForwardState.Connected,
        _ => PortForwardState.Listening,
    };

    public void ConnectionOpened()
    {
        Interlocked.Increment(ref _connections);
        Interlocked.Increment(ref _openConnections);
    }

    public void ConnectionClosed() => Interlocked.Decrement(ref _openConnections);

    public void Received(int bytes) => Interlocked.Add(ref _bytesReceived, bytes);

    public void Sent(int bytes) => Interlocked.Add(ref _bytesSent, bytes);

    /// <summary>Says that pods or the API server are out of reach.</summary>
    public void BeginReconnecting() => _isReconnecting = true;

    /// <summary>Says that a pod is reached again, or that another one takes over.</summary>
    public void Reconnected()
    {
        _isReconnecting = false;
        Interlocked.Increment(ref _reconnects);
    }

    public void Failed(string error)
    {
        LastErrorAt = DateTimeOffset.UtcNow;
        LastError = error;
    }

    /// <summary>Says that the port-forward is over; the first to say so is right.</summary>
    public void Ended(PortForwardState state) => _ended ??= state;
}
