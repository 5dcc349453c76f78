namespace MilvusMonitoring.Prometheus;

/// <summary>Which objects a Prometheus reads to find the targets of a ServiceMonitor.</summary>
internal enum DiscoveryRole
{
    /// <summary>Endpoints, in the core group.</summary>
    Endpoints,

    /// <summary>EndpointSlices, in <c>discovery.k8s.io</c>.</summary>
    EndpointSlice,
}
