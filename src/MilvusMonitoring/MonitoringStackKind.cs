namespace MilvusMonitoring;

/// <summary>The kinds of monitoring that a cluster may have.</summary>
public enum MonitoringStackKind : long
{
    /// <summary>kube-prometheus, from its manifests.</summary>
    KubePrometheus,

    /// <summary>The Helm chart kube-prometheus-stack.</summary>
    KubePrometheusStack,

    /// <summary>Rancher Monitoring.</summary>
    Rancher,

    /// <summary>The monitoring of OpenShift for the platform itself.</summary>
    OpenShiftPlatform,

    /// <summary>The monitoring of OpenShift for the workloads of users.</summary>
    OpenShiftUserWorkload,

    /// <summary>A Prometheus operator by itself, or from a distribution that this module does not know.</summary>
    PrometheusOperator,

    /// <summary>A Prometheus operator that runs Prometheus agents only: the samples are in another system.</summary>
    PrometheusAgent,

    /// <summary>VictoriaMetrics, with its operator or without.</summary>
    VictoriaMetrics,

    /// <summary>Azure Monitor managed service for Prometheus.</summary>
    AzureManaged,

    /// <summary>Google Cloud Managed Service for Prometheus.</summary>
    GoogleManaged,

    /// <summary>Prometheus without an operator.</summary>
    Prometheus,

    /// <summary>Grafana Alloy or the Grafana agent, which can read ServiceMonitors.</summary>
    Alloy,

    /// <summary>The target allocator of OpenTelemetry, which reads ServiceMonitors.</summary>
    OpenTelemetry,
}
