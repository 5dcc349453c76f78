namespace MilvusMonitoring.Milvus;

/// <summary>What a monitor selects.</summary>
/// <param name="Services">The Services, by name; empty for a PodMonitor.</param>
/// <param name="Endpoints">How many endpoints or pods; null where the caller may not see them.</param>
/// <param name="Ready">How many of those are ready.</param>
internal sealed record MonitorTargets(IReadOnlyList<string> Services, int? Endpoints, int? Ready);
