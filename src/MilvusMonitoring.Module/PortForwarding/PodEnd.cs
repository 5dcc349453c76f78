namespace MilvusMonitoring.PortForwarding;

/// <summary>How the pod's side of a connection ended.</summary>
internal enum PodEnd
{
    /// <summary>It has not.</summary>
    Open,

    /// <summary>The server closed it as agreed: the process closed its connection, or the pod is gone, which looks the same.</summary>
    Clean,

    /// <summary>The kubelet said why there is no connection, such as that nothing listens at the port.</summary>
    Refused,

    /// <summary>The connection to the API server broke.</summary>
    Lost,
}
