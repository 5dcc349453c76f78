namespace MilvusMonitoring;

/// <summary>Says how many objects there are and what becomes of them: of a plan what is to be done, of a report what was.</summary>
internal static class ActionCounts
{
    /// <summary>Counts.</summary>
    /// <param name="actions">What becomes of each object.</param>
    /// <param name="isPlan">Whether that is still to be done.</param>
    /// <returns><c>120 to create, 11 unchanged</c>, or <c>120 Created, 11 Unchanged</c>; empty for none.</returns>
    public static string Describe(IEnumerable<ResourceAction> actions, bool isPlan) => string.Join(", ", actions
        .GroupBy(action => action)
        .OrderBy(group => group.Key)
        .Select(group => $"{group.Count()} {(isPlan ? Planned(group.Key) : group.Key.ToString())}"));

    private static string Planned(ResourceAction action) => action switch
    {
        ResourceAction.Created => "to create",
        ResourceAction.Configured => "to configure",
        ResourceAction.Unchanged => "unchanged",
        ResourceAction.Deleted => "to delete",
        ResourceAction.Skipped => "to leave alone",
        _ => "impossible",
    };
}
