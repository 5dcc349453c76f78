using MilvusMonitoring.KubePrometheus.Inventories;
using MilvusMonitoring.Kubernetes;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>What an uninstallation will do with each object. Planning only reads.</summary>
/// <param name="Namespace">The namespace of the stack.</param>
/// <param name="Release">The release; null if it is unknown.</param>
/// <param name="Inventory">The inventory, which loses the deleted objects at the end; null if there is none.</param>
/// <param name="Resources">Every object.</param>
internal sealed record UninstallPlan(string Namespace, string? Release, Inventory? Inventory, IReadOnlyList<PlannedResource> Resources)
{
    /// <summary>What the user has to know of objects that are not the stack's: what stays because of them, or is deleted too.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The kinds of the cluster: before the namespace is deleted, all of them are looked at again.</summary>
    public required ServedKinds Kinds { get; init; }

    /// <summary>Whether to remove what the operator leaves in other namespaces.</summary>
    public bool RemovesLeftovers { get; init; }

    /// <summary>The UIDs of the objects to delete.</summary>
    public IReadOnlySet<string> ListDeletedUids() => Resources
        .Where(item => item is { Action: ResourceAction.Deleted, Live: not null })
        .Select(item => item.Live!.Uid)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// The plan in a few words: <c>131 objects: 130 to delete, 1 to leave alone; 10 already gone</c>.
    /// </summary>
    public string Summary
    {
        get
        {
            var gone = Resources.Count(resource => resource is { Action: ResourceAction.Deleted, Live: null });
            var actions = ActionCounts.Describe(Resources.Select(resource => resource.Action), isPlan: true);
            return $"{Resources.Count} objects: {actions}{(gone == 0 ? string.Empty : $"; {gone} already gone")}";
        }
    }
}
