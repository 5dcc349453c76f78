namespace MilvusMonitoring;

/// <summary>The state of an alert in Prometheus.</summary>
public enum MilvusAlertState : long
{
    /// <summary>The condition holds, and has held long enough: Prometheus sends the alert to Alertmanager.</summary>
    Firing,

    /// <summary>The condition holds, but not yet long enough.</summary>
    Pending,
}
