namespace MilvusMonitoring;

/// <summary>A panel of a dashboard that shows nothing.</summary>
public sealed record EmptyPanel
{
    /// <summary>The title of the panel.</summary>
    public required string Title { get; init => field = SafeText.Clean(value); }

    /// <summary>The metric that it lacks; null if it lacks none.</summary>
    public string? Metric { get; init => field = SafeText.Clean(value); }

    /// <summary>Why it shows nothing.</summary>
    public required string Reason { get; init => field = SafeText.Clean(value); }

    /// <summary>The panel in text.</summary>
    /// <returns><c>Query nodes: no series of milvus_querycoord_querynode_num</c>.</returns>
    public override string ToString() => $"{Title}: {Reason}";
}
