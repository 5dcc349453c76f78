namespace MilvusMonitoring.KubePrometheus.Releases;

/// <summary>A release that was saved for an offline machine.</summary>
/// <param name="Path">The file, with its full path.</param>
/// <param name="Images">Every image that the release names; the offline machine's registry needs them.</param>
internal sealed record SavedRelease(string Path, IReadOnlyList<string> Images);
