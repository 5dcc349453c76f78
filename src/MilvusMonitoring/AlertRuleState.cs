namespace MilvusMonitoring;

/// <summary>The state of an alert rule in Prometheus.</summary>
public enum AlertRuleState : long
{
    /// <summary>Prometheus has not loaded the rule.</summary>
    NotLoaded,

    /// <summary>The expression has no result.</summary>
    Inactive,

    /// <summary>The expression has a result, but not yet for the time that the rule waits.</summary>
    Pending,

    /// <summary>The alert fires.</summary>
    Firing,
}
