namespace MilvusMonitoring;

/// <summary>How the ServiceMonitor of a Helm release comes into the cluster.</summary>
public enum MonitorMethod
{
    /// <summary>This module applies what the chart would render; helm and the chart are not needed.</summary>
    Native,

    /// <summary><c>helm upgrade</c> sets the values that have the chart render it.</summary>
    Helm,
}
