namespace MilvusMonitoring;

/// <summary>State and counters of a port-forward, for any thread.</summary>
internal sealed class PortForwardMeter
{
    private long _connections;
    private long _bytesReceived;
    private long _bytesSent;
    private int _openConnections;
    private int _reconnects;
    private volatile bool _isReconnecting;
    private volatile object? _ended;

    /// <summary>The pod that new connections go to; null while no pod is ready.</summary>
    public string? Pod { get; set; }

    public string? LastError { get; private set; }

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

    /// <summary>Records that no pod can be reached, or that the API server cannot be reached.</summary>
    public void BeginReconnecting() => _isReconnecting = true;

    /// <summary>Records that a pod can be reached again, or that connections go to another pod now.</summary>
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

    /// <summary>Records the final state; the first call counts.</summary>
    public void Ended(PortForwardState state) => _ended ??= state;
}
