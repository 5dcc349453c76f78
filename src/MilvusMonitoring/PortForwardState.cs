namespace MilvusMonitoring;

/// <summary>What a port-forward is doing.</summary>
public enum PortForwardState
{
    /// <summary>It accepts connections, and none is open.</summary>
    Listening,

    /// <summary>It accepts connections, and some are open.</summary>
    Connected,

    /// <summary>It accepts connections and holds them while it looks for a ready pod, or for the API server.</summary>
    Reconnecting,

    /// <summary>It was stopped; its port is free.</summary>
    Stopped,

    /// <summary>It has ended by itself; see its last error.</summary>
    Failed,
}
