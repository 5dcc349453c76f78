namespace MilvusMonitoring.Benchmarks.Forwarding;

/// <summary>Where requests are forwarded to.</summary>
/// <param name="Title">What kind of cluster it is, to follow "on".</param>
/// <param name="Kubeconfig">The cluster.</param>
/// <param name="Target">The Service.</param>
/// <param name="SmallPath">What to get from it that is small.</param>
/// <param name="LargePath">What to get from it that is large.</param>
internal sealed record ForwardSite(string Title, string Kubeconfig, ForwardTarget Target, string SmallPath, string LargePath)
{
    /// <summary>The local port of the web server itself; null where it has none on this machine, and kubectl is the measure.</summary>
    public int? ServerPort { get; init; }
}
