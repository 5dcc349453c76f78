namespace MilvusMonitoring;

/// <summary>How Prometheus is given access.</summary>
public enum AccessMethod
{
    /// <summary>A rule is added to the ClusterRole that Prometheus already has.</summary>
    ClusterRole,

    /// <summary>A role and a binding of this module's own are made; nothing of the stack is touched.</summary>
    Binding,
}
