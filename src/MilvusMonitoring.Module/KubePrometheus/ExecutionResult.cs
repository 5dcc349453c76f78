namespace MilvusMonitoring.KubePrometheus;

/// <summary>What became of a plan.</summary>
/// <param name="Resources">Every object, in the order of the plan.</param>
/// <param name="Failure">What ended it early; null where nothing did.</param>
internal sealed record ExecutionResult(IReadOnlyList<ResourceResult> Resources, MonitoringException? Failure);
