using System.Text.Json;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Stacks;

/// <summary>A resource that an operator runs: a Prometheus, an agent, an Alertmanager, or one of VictoriaMetrics.</summary>
internal sealed record OperatedResource(ResourceId Id, ObjectMetadata Metadata, JsonElement Spec)
{
    public string? ControllerId => Metadata.Annotations.GetValueOrDefault(OperatorReach.ControllerIdAnnotation);

    /// <summary>Reads a resource; null for an object without a name.</summary>
    public static OperatedResource? Find(ResourceType type, JsonElement live)
    {
        return ObjectMetadataReader.FromMetadata(live.Member("metadata")) is { } metadata
            ? new OperatedResource(type.IdOf(metadata.Namespace, metadata.Name), metadata, live.Member("spec"))
            : null;
    }
}

/// <summary>What was read of a cluster to recognise its monitoring.</summary>
internal sealed record StackObjects(
    IReadOnlyList<StackWorkload> Workloads,
    IReadOnlyList<OperatedResource> Resources,
    IReadOnlyList<Inventory> Inventories)
{
    /// <summary>The inventory that holds an object; null if this module did not install it.</summary>
    public Inventory? FindInventory(ResourceId id) =>
        Inventories.FirstOrDefault(inventory => inventory.Entries.Any(entry => entry.LeftAlone is null && entry.Id == id));
}
