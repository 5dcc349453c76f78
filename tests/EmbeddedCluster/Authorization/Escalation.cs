namespace EmbeddedCluster.Authorization;

/// <summary>An attempt to grant more than one holds.</summary>
/// <remarks>
/// The missing rules stand in their smallest parts; the message gathers them by resource, as a server does after "... is forbidden: ".
/// </remarks>
internal sealed record Escalation(IReadOnlyList<PolicyRule> Missing, string Message)
{
    /// <summary>Null where nothing is missing.</summary>
    public static Escalation? Of(string user, IReadOnlyList<string> groups, IReadOnlyList<PolicyRule> missing)
    {
        if (missing.Count == 0)
        {
            return null;
        }

        var lines = Gather(missing).Select(rule => rule.ToString()).Distinct().Order(StringComparer.Ordinal);
        var message =
            $"user \"{user}\" (groups={PolicyRule.Quote(groups)}) is attempting to grant RBAC permissions not currently "
                + $"held:\n{string.Join('\n', lines)}";
        return new Escalation(missing, message);
    }

    private static IEnumerable<PolicyRule> Gather(IReadOnlyList<PolicyRule> parts)
    {
        var byResource = parts
            .Where(part => part.Resources.Count > 0)
            .GroupBy(part => (part.ApiGroups[0], part.Resources[0], part.ResourceNames is [var name, ..] ? name : null))
            .Select(same => same.First() with { Verbs = [.. same.SelectMany(part => part.Verbs)] });
        return parts.Where(part => part.NonResourceUrls.Count > 0).Concat(byResource);
    }
}
