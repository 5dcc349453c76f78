namespace MilvusMonitoring.Tests.Commands;

/// <summary>What of monitoring a cluster has when a story begins.</summary>
internal enum StartingPoint
{
    /// <summary>Nothing.</summary>
    Bare,

    /// <summary>The CRDs of monitors and of Prometheus.</summary>
    Definitions,

    /// <summary>The small manifests, installed.</summary>
    Stack,

    /// <summary>What a story left that did not come to its end.</summary>
    Unknown,
}
