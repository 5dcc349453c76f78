namespace MilvusMonitoring.Benchmarks.Growth;

/// <summary>What a command reads each of.</summary>
internal enum GrowthUnit
{
    Milvus,

    /// <summary>An object of others.</summary>
    Other,

    /// <summary>Always the same objects.</summary>
    Cluster,
}
