namespace MilvusMonitoring;

/// <summary>What became of the notification of a test alert.</summary>
public enum AlertDeliveryStatus : long
{
    /// <summary>The Alertmanager has notified the receiver.</summary>
    Sent,

    /// <summary>Every try to notify the receiver has failed.</summary>
    Failed,

    /// <summary>A silence, an inhibition or a time interval keeps the alert from its receivers.</summary>
    Suppressed,

    /// <summary>Only receivers without an integration get the alert, so that nobody is notified.</summary>
    NobodyReceives,

    /// <summary>No notification was observed in time, or it cannot be told from other notifications.</summary>
    Unknown,
}
