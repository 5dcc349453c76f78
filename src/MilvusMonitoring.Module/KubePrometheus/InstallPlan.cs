using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>What an installation is to do, object by object. Made by reading only.</summary>
/// <param name="Manifests">The manifests.</param>
/// <param name="Namespace">The namespace that the stack lives in.</param>
/// <param name="Inventory">What was applied before; null for the first time.</param>
/// <param name="Resources">Every object, in the order of the manifests.</param>
internal sealed record InstallPlan(ManifestSet Manifests, string Namespace, Inventory? Inventory, IReadOnlyList<PlannedResource> Resources)
{
    /// <summary>The workloads that read the custom resources which the manifests define; reads all manifests.</summary>
    public IReadOnlySet<ResourceId> FindReaders() => CustomResourceReaders.Among(Manifests.Objects);

    /// <summary>How many objects are to be written.</summary>
    public int Changes => Resources.Count(resource => resource.IsChange);

    /// <summary>The plan in a few words: <c>131 objects: 120 to create, 11 unchanged</c>.</summary>
    public string Summary =>
        $"{Resources.Count} objects: {ActionCounts.Describe(Resources.Select(resource => resource.Action), isPlan: true)}";
}
