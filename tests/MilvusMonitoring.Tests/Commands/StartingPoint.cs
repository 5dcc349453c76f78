namespace MilvusMonitoring.Tests.Commands;

/// <summary>What of monitoring a cluster has when a story begins.</summary>
internal enum StartingPoint
{
    /// <summary>Nothing.</summary>
    Bare,

    /// <summary>No stack. A server that keeps the CRDs has them already, and its small manifests hold none.</summary>
    NoStack,

    /// <summary>The CRDs of monitors and of Prometheus.</summary>
    Definitions,

    /// <summary>The small manifests, installed.</summary>
    Stack,

    /// <summary>What a story left that did not come to its end.</summary>
    Unknown,
}
