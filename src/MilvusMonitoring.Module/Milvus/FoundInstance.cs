using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Milvus;

/// <summary>A Milvus, with what a change of its monitor needs.</summary>
/// <param name="Instance">The Milvus as it is shown.</param>
/// <param name="Chart">Its chart and values; null for the Operator.</param>
/// <param name="Store">Its record in Helm; null for the Operator.</param>
internal sealed record FoundInstance(MilvusInstance Instance, MilvusChart? Chart, HelmStore? Store)
{
    public ResourceType MonitorType => Chart is null ? ResourceType.PodMonitor : ResourceType.ServiceMonitor;

    public ResourceId MonitorId => MonitorType.IdOf(Instance.Namespace, Instance.MonitorName);
}

/// <summary>The record of a release, for a run of helm.</summary>
/// <param name="Driver">Where Helm keeps the record: <c>secret</c> or <c>configmap</c>, as in <c>HELM_DRIVER</c>.</param>
/// <param name="Record">The record as Helm keeps it.</param>
internal sealed record HelmStore(string Driver, ReadOnlyMemory<byte> Record);
