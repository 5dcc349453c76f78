using MilvusMonitoring.KubePrometheus.Inventories;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>What an uninstallation is to do, object by object. Made by reading only.</summary>
/// <param name="Namespace">The namespace that the stack lives in.</param>
/// <param name="Release">The release; null where it is not known.</param>
/// <param name="Inventory">The inventory to remove in the end; null where there is none.</param>
/// <param name="Resources">Every object.</param>
internal sealed record UninstallPlan(string Namespace, string? Release, Inventory? Inventory, IReadOnlyList<PlannedResource> Resources)
{
    /// <summary>The plan in a few words: <c>131 objects: 130 to delete, 1 to leave alone; 10 already gone</c>.</summary>
    public string Summary
    {
        get
        {
            var gone = Resources.Count(resource => resource is { Action: ResourceAction.Deleted, Live: null });
            return $"{Resources.Count} objects: {ActionCounts.Describe(Resources.Select(resource => resource.Action), isPlan: true)}{(gone == 0 ? string.Empty : $"; {gone} already gone")}";
        }
    }
}
