namespace MilvusMonitoring;

/// <summary>Counts objects by what is done to them, or by what was done.</summary>
internal static class ActionCounts
{
    private static readonly Dictionary<ResourceAction, ResourceAction> s_planned = new()
    {
        [ResourceAction.Created] = ResourceAction.ToCreate,
        [ResourceAction.Configured] = ResourceAction.ToConfigure,
        [ResourceAction.Deleted] = ResourceAction.ToDelete,
    };

    /// <summary>The action as a plan says it: <c>ToCreate</c> for <c>Created</c>.</summary>
    public static ResourceAction AsPlanned(this ResourceAction action) => s_planned.GetValueOrDefault(action, action);

    /// <summary>
    /// <c>120 to create, 11 unchanged</c> for a plan, <c>120 Created, 11 Unchanged</c> for a result; empty without objects.
    /// </summary>
    /// <param name="actions">The actions as a result says them, or as a plan does.</param>
    public static string Describe(IEnumerable<ResourceAction> actions, bool isPlan) => string.Join(", ", actions
        .GroupBy(action => s_planned.FirstOrDefault(pair => pair.Value == action, new(action, action)).Key)
        .OrderBy(group => group.Key)
        .Select(group => $"{group.Count()} {(isPlan ? GetPlannedVerb(group.Key) : group.Key.ToString())}"));

    private static string GetPlannedVerb(ResourceAction action) => action switch
    {
        ResourceAction.Created => "to create",
        ResourceAction.Configured => "to configure",
        ResourceAction.Unchanged => "unchanged",
        ResourceAction.Deleted => "to delete",
        ResourceAction.Skipped => "to leave alone",
        _ => "impossible",
    };
}
