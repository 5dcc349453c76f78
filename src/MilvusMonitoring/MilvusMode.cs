namespace MilvusMonitoring;

/// <summary>How Milvus runs.</summary>
public enum MilvusMode : long
{
    /// <summary>All components run in one pod.</summary>
    Standalone,

    /// <summary>Each component runs in pods of its own.</summary>
    Cluster,
}
