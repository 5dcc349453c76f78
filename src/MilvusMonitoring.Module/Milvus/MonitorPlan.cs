using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Milvus;

/// <summary>What becomes of the monitor of a Milvus.</summary>
/// <param name="Found">The Milvus; its chart has the values that the user asks for.</param>
/// <param name="Wanted">The ServiceMonitor to apply; null for the Operator, which makes its PodMonitor itself, and for a monitor of others
/// that scrapes already.</param>
/// <param name="Live">The monitor in the cluster; null if there is none.</param>
/// <param name="Action">What becomes of the monitor, or of the Operator's resource.</param>
/// <param name="Services">The Services that the monitor selects.</param>
/// <param name="HelmSet">The values by which Helm itself makes the monitor; null without a record of Helm.</param>
internal sealed record MonitorPlan(
    FoundInstance Found,
    JsonObject? Wanted,
    LiveMonitor? Live,
    ResourceAction Action,
    IReadOnlyList<string> Services,
    string? HelmSet)
{
    /// <summary>What to set of a resource of the Operator and of its PodMonitor; null for no such resource.</summary>
    public OperatorChange? Change { get; init; }

    /// <summary>What the user asks for, with the labels by which the Prometheus of the cluster selects.</summary>
    public required MonitorOptions Options { get; init; }

    /// <summary>What the user should know of the monitor; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>The field manager that applies the monitor.</summary>
    public string FieldManager => Found.Chart is null ? FieldManagerEntry.OurName : MilvusChart.FieldManager;
}

/// <summary>What to set for a Milvus of the Operator.</summary>
/// <param name="SetsMetrics">Whether the resource is written.</param>
/// <param name="Interval">Its scrape interval; null to leave it as it is.</param>
/// <param name="Labels">The labels of the PodMonitor that it lacks.</param>
internal sealed record OperatorChange(bool SetsMetrics, string? Interval, IReadOnlyDictionary<string, string> Labels);
