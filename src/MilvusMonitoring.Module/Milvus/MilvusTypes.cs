using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Milvus;

/// <summary>The kind of the Milvus Operator.</summary>
internal static class MilvusTypes
{
    public static ResourceType OperatorMilvus { get; } = new("milvus.io", "v1beta1", "milvuses", "Milvus", true);
}
