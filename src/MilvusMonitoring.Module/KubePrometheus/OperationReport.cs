namespace MilvusMonitoring.KubePrometheus;

/// <summary>What a command has to tell: the stack, and the errors, each cause once.</summary>
internal sealed record OperationReport(KubePrometheusStack Stack, IReadOnlyList<MonitoringException> Errors);
