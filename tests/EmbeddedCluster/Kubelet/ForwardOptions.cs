namespace EmbeddedCluster;

/// <summary>How long port-forwarding takes where a node is real, and when it is cut.</summary>
public sealed record ForwardOptions
{
    /// <summary>From the end of a pod's connection until its streams are closed. containerd waits 1 s for the other direction.</summary>
    public TimeSpan CloseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a WebSocket may carry no message either way; pings don't count. Null for ever.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>The clock of <see cref="IdleTimeout"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether an idle WebSocket is broken off instead of being closed with 1000.</summary>
    public bool IdleReset { get; init; }

    /// <summary>Waited before each upgrade is answered, as for the way to the node and its runtime.</summary>
    public TimeSpan SocketDelay { get; init; }

    /// <summary>
    /// Processor time spent before each upgrade is answered, as for authentication and for what the servers in between do.
    /// </summary>
    public TimeSpan SocketWork { get; init; }

    /// <summary>Waited before each connection to a pod's port.</summary>
    public TimeSpan DialDelay { get; init; }
}
