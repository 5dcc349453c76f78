using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus.Helm;

namespace MilvusMonitoring.Milvus;

/// <summary>An instance, with what is needed to work on it.</summary>
/// <param name="Instance">The instance as it is shown.</param>
/// <param name="Chart">What its chart makes of it; null for the Operator.</param>
/// <param name="Store">What Helm keeps of it; null for the Operator.</param>
internal sealed record FoundInstance(MilvusInstance Instance, MilvusChart? Chart, HelmStore? Store)
{
    public ResourceType MonitorType => Chart is null ? ResourceType.PodMonitor : ResourceType.ServiceMonitor;

    public ResourceId MonitorId => MonitorType.IdOf(Instance.Namespace, Instance.MonitorName);
}
