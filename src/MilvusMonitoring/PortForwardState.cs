namespace MilvusMonitoring;

/// <summary>The state of a port-forward.</summary>
public enum PortForwardState : long
{
    /// <summary>The port-forward accepts connections; no connection is open.</summary>
    Listening,

    /// <summary>The port-forward accepts connections; at least one is open.</summary>
    Connected,

    /// <summary>
    /// The port-forward accepts connections and holds them, up to 30 s, until a pod is ready and the API server can be reached.
    /// </summary>
    Reconnecting,

    /// <summary>The port-forward was stopped; its port is free.</summary>
    Stopped,

    /// <summary>The port-forward ended by itself; <see cref="MonitoringPortForward.LastError"/> has the reason.</summary>
    Failed,
}
