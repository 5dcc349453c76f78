using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Milvus;

/// <summary>The kinds of the Milvus Operator.</summary>
internal static class MilvusTypes
{
    public static ResourceType OperatorMilvus { get; } = new("milvus.io", "v1beta1", "milvuses", "Milvus", true);

    /// <summary>The kinds of Milvus Operator before 0.5, which this module does not support.</summary>
    public static IReadOnlyList<ResourceType> Unsupported { get; } =
        [new("milvus.io", "v1alpha1", "milvuses", "Milvus", true), new("milvus.io", "v1alpha1", "milvusclusters", "MilvusCluster", true)];
}
