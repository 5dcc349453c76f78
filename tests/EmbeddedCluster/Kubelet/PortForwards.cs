namespace EmbeddedCluster;

/// <summary>Counts the port-forwards of a cluster, and says how they behave.</summary>
public sealed class PortForwards
{
    private long _sockets;
    private long _streams;
    private int _openSockets;
    private int _openStreams;
    private volatile ForwardOptions _options;

    internal PortForwards(ForwardOptions options) => _options = options;

    /// <summary>Counts for WebSockets opened from now on.</summary>
    public ForwardOptions Options
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>WebSockets that are open.</summary>
    public int OpenSockets => Volatile.Read(ref _openSockets);

    /// <summary>Connections to pods that are open.</summary>
    public int OpenStreams => Volatile.Read(ref _openStreams);

    /// <summary>WebSockets opened so far.</summary>
    public long Sockets => Interlocked.Read(ref _sockets);

    /// <summary>Connections to pods made so far.</summary>
    public long Streams => Interlocked.Read(ref _streams);

    internal void SocketOpened()
    {
        Interlocked.Increment(ref _sockets);
        Interlocked.Increment(ref _openSockets);
    }

    internal void SocketClosed() => Interlocked.Decrement(ref _openSockets);

    internal void StreamOpened()
    {
        Interlocked.Increment(ref _streams);
        Interlocked.Increment(ref _openStreams);
    }

    internal void StreamClosed() => Interlocked.Decrement(ref _openStreams);
}
