using System.Text.Json.Nodes;

namespace MilvusMonitoring.Milvus;

/// <summary>What enabling the monitor of an instance comes to.</summary>
/// <param name="Found">The instance, its chart as asked for.</param>
/// <param name="Wanted">The ServiceMonitor to apply; null for the Operator, which makes its PodMonitor itself.</param>
/// <param name="Live">The monitor that is there; null where none is.</param>
/// <param name="Action">What is to become of the monitor, or of the Operator's resource.</param>
/// <param name="Services">The Services that it selects.</param>
/// <param name="HelmSet">The values by which Helm itself would keep it.</param>
internal sealed record MonitorPlan(
    FoundInstance Found,
    JsonObject? Wanted,
    LiveMonitor? Live,
    ResourceAction Action,
    IReadOnlyList<string> Services,
    string HelmSet);
