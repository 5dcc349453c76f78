namespace MilvusMonitoring;

/// <summary>What installs and upgrades a Milvus.</summary>
public enum MilvusManager
{
    /// <summary>A Helm release of the chart <c>milvus</c>.</summary>
    Helm,

    /// <summary>The Milvus Operator, by a resource of the kind <c>Milvus</c>.</summary>
    Operator,
}
