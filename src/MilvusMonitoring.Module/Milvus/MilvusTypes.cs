using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.Milvus;

/// <summary>The kinds that a Milvus and its monitors are made of.</summary>
internal static class MilvusTypes
{
    public static ResourceType Secret { get; } = new(string.Empty, "v1", "secrets", "Secret", true);

    public static ResourceType Service { get; } = new(string.Empty, "v1", "services", "Service", true);

    public static ResourceType EndpointSlice { get; } = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true);

    /// <summary>Before Kubernetes 1.21.</summary>
    public static ResourceType OldEndpointSlice { get; } = EndpointSlice with { Version = "v1beta1" };

    public static ResourceType ServiceMonitor { get; } = new("monitoring.coreos.com", "v1", "servicemonitors", "ServiceMonitor", true);

    public static ResourceType PodMonitor { get; } = new("monitoring.coreos.com", "v1", "podmonitors", "PodMonitor", true);

    public static ResourceType OperatorMilvus { get; } = new("milvus.io", "v1beta1", "milvuses", "Milvus", true);

    public static ResourceId IdOf(this ResourceType type, string namespaceName, string name) => new(type.Group, type.Kind, namespaceName, name);
}
