using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>What an installation will do with each object. Planning only reads.</summary>
/// <param name="Namespace">The namespace of the stack.</param>
/// <param name="Inventory">What was applied before; null for a first installation.</param>
/// <param name="Resources">Every object, in the order of the manifests.</param>
internal sealed record InstallPlan(ManifestSet Manifests, string Namespace, Inventory? Inventory, IReadOnlyList<PlannedResource> Resources)
{
    /// <summary>The objects to write that another stack holds, each with the namespace of that stack.</summary>
    public IReadOnlyList<(ResourceId Id, string Holder)> Conflicts { get; init; } = [];

    /// <summary>Lists the workloads that read custom resources which the manifests define. Reads all manifests.</summary>
    public IReadOnlySet<ResourceId> ListReaders() => CustomResourceReaders.List(Manifests.Objects);

    /// <summary>How many objects will be written.</summary>
    public int Changes => Resources.Count(resource => resource.IsChange);

    /// <summary>The plan in a few words: <c>131 objects: 120 to create, 11 unchanged</c>.</summary>
    public string Summary =>
        $"{Resources.Count} objects: {ActionCounts.Describe(Resources.Select(resource => resource.Action), isPlan: true)}";
}
