namespace MilvusMonitoring;

/// <summary>How Milvus runs.</summary>
public enum MilvusMode
{
    /// <summary>All components in one pod.</summary>
    Standalone,

    /// <summary>Each component in pods of its own.</summary>
    Cluster,
}
