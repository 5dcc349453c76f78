using MilvusMonitoring.KubePrometheus.Inventories;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>What an uninstallation will do with each object. Planning only reads.</summary>
/// <param name="Namespace">The namespace of the stack.</param>
/// <param name="Release">The release; null if it is unknown.</param>
/// <param name="Inventory">The inventory to remove at the end; null if there is none.</param>
/// <param name="Resources">Every object.</param>
internal sealed record UninstallPlan(string Namespace, string? Release, Inventory? Inventory, IReadOnlyList<PlannedResource> Resources)
{
    /// <summary>The plan in a few words: <c>131 objects: 130 to delete, 1 to leave alone; 10 already gone</c>.</summary>
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
