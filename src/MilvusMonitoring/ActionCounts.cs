namespace MilvusMonitoring;

/// <summary>Counts objects by what is done to them, or by what was done.</summary>
internal static class ActionCounts
{
    /// <summary>
    /// <c>120 to create, 11 unchanged</c> for a plan, <c>120 Created, 11 Unchanged</c> for a result; empty without objects.
    /// </summary>
    public static string Describe(IEnumerable<ResourceAction> actions, bool isPlan) => string.Join(", ", actions
        .GroupBy(action => action)
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
