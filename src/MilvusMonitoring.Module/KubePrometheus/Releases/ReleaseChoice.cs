namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>The release for a cluster.</summary>
/// <param name="Release">The release.</param>
/// <param name="Warning">What the person should know where it is not tested against that Kubernetes; null where it is.</param>
internal sealed record ReleaseChoice(Release Release, string? Warning);
