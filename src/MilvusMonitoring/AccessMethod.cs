namespace MilvusMonitoring;

/// <summary>How Prometheus gets access.</summary>
public enum AccessMethod : long
{
    /// <summary>Adds a rule to the ClusterRole that Prometheus already has.</summary>
    ClusterRole,

    /// <summary>Creates a role and a binding of this module, and changes no object of the stack.</summary>
    Binding,
}
