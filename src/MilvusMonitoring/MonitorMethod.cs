namespace MilvusMonitoring;

/// <summary>How the ServiceMonitor of a Helm release is created.</summary>
public enum MonitorMethod : long
{
    /// <summary>This module applies the ServiceMonitor that the chart would render; it needs neither helm nor the chart.</summary>
    Native,

    /// <summary><c>helm upgrade</c> sets the values that make the chart render the ServiceMonitor.</summary>
    Helm,
}
