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

    /// <summary>No receiver that tells anybody gets the alert.</summary>
    NobodyReceives,

    /// <summary>Nothing was seen to be sent in time, or what was sent cannot be told from other notifications.</summary>
    Unknown,
}
