namespace MilvusMonitoring;

/// <summary>The way in which a dashboard gets into Grafana.</summary>
public enum DashboardMethod : long
{
    /// <summary>A key of a ConfigMap that Grafana mounts and reads files from, as in kube-prometheus.</summary>
    MountedConfigMap,

    /// <summary>A ConfigMap with the label that a sidecar of Grafana watches, as in kube-prometheus-stack and Rancher.</summary>
    Sidecar,

    /// <summary>A GrafanaDashboard resource of the Grafana Operator.</summary>
    GrafanaOperator,

    /// <summary>The HTTP API of Grafana, as in Azure Managed Grafana.</summary>
    Api,
}
