namespace MilvusMonitoring;

/// <summary>The tool that installs and upgrades a Milvus.</summary>
public enum MilvusManager
{
    /// <summary>A Helm release of the chart <c>milvus</c>.</summary>
    Helm,

    /// <summary>The Milvus Operator, with a resource of kind <c>Milvus</c>.</summary>
    Operator,
}
