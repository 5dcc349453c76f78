using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Milvus;

/// <summary>A Milvus, with what a change of its monitor needs.</summary>
/// <param name="Instance">The Milvus as it is shown.</param>
/// <param name="Chart">Its chart and values; null for the Operator, for another publisher's chart, and without a record of Helm.</param>
/// <param name="Store">Its record in Helm; null without a chart.</param>
internal sealed record FoundInstance(MilvusInstance Instance, MilvusChart? Chart, HelmStore? Store)
{
    /// <summary>Its Services and pods; null if none were found.</summary>
    public MilvusObjects? Objects { get; init; }

    /// <summary>The tool that owns its objects; null if no objects were found.</summary>
    public MilvusOwner? Owner { get; init; }

    /// <summary>The scrape interval that the resource of the Operator sets; null for the default of the Operator.</summary>
    public string? MetricInterval { get; init; }

    /// <summary>Whether the Milvus Operator manages it.</summary>
    public bool IsOperated => Instance.ManagedBy == MilvusManager.Operator;

    /// <summary>Whether it is a Helm release whose newest revision failed, or is not finished.</summary>
    public bool IsUnfinished => Instance is { Revision: not null, Status: not "deployed" };

    public ResourceType MonitorType =>
        Instance.MonitorKind == ResourceType.PodMonitor.Kind ? ResourceType.PodMonitor : ResourceType.ServiceMonitor;

    public ResourceId MonitorId => MonitorType.IdOf(Instance.Namespace, Instance.MonitorName);
}

/// <summary>The record of a release, for a run of helm.</summary>
/// <param name="Driver">Where Helm keeps the record: <c>secret</c> or <c>configmap</c>, as in <c>HELM_DRIVER</c>.</param>
/// <param name="Record">The record as Helm keeps it.</param>
internal sealed record HelmStore(string Driver, ReadOnlyMemory<byte> Record);
