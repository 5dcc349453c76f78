namespace MilvusMonitoring;

/// <summary>How a receiver is notified of alerts.</summary>
public enum AlertReceiverType : long
{
    /// <summary>A request to any HTTP server.</summary>
    Webhook,

    /// <summary>A message to a channel of Microsoft Teams, through a workflow.</summary>
    Teams,

    /// <summary>A message to a channel of Slack, through an incoming webhook.</summary>
    Slack,

    /// <summary>An email.</summary>
    Email,

    /// <summary>An event of PagerDuty.</summary>
    PagerDuty,
}
