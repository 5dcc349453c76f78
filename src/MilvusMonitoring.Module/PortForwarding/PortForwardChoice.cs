using MilvusMonitoring.Messages;

namespace MilvusMonitoring.PortForwarding;

/// <summary>The port-forwards that a user names.</summary>
/// <param name="Found">The port-forwards that match.</param>
/// <param name="Missing">An error for each name or number without a port-forward.</param>
internal sealed record PortForwardChoice(IReadOnlyList<MonitoringPortForward> Found, IReadOnlyList<MonitoringException> Missing)
{
    /// <summary>Selects by their numbers.</summary>
    public static PortForwardChoice SelectByIds(IReadOnlyList<MonitoringPortForward> all, IReadOnlyList<int> ids)
    {
        var missing = ids
            .Where(id => all.All(forward => forward.Id != id))
            .Select(id => CreateNotFound($"{id}", "number", all.Select(forward => $"{forward.Id}")));
        return new PortForwardChoice([.. all.Where(forward => ids.Contains(forward.Id))], [.. missing]);
    }

    /// <summary>Selects by the names of their Services, or by what these serve.</summary>
    public static PortForwardChoice SelectByNames(IReadOnlyList<MonitoringPortForward> all, IReadOnlyList<NamePattern> names)
    {
        var missing = names
            .Where(name => name.Exact is not null && !all.Any(forward => Matches(name, forward)))
            .Select(name => CreateNotFound(name.Exact!, "Service", all.Select(forward => forward.Service)));
        return new PortForwardChoice([.. all.Where(forward => names.Any(name => Matches(name, forward)))], [.. missing]);

        static bool Matches(NamePattern name, MonitoringPortForward forward) =>
            name.Matches(forward.Service) || (forward.Title is { } title && name.Matches(title));
    }

    private static MonitoringException CreateNotFound(string name, string what, IEnumerable<string> present) =>
        new(
            ErrorId.PortForwardNotFound,
            $"No port-forward of this process has the {what} '{name}'",
            NameSuggestions.Describe(name, present.Distinct()),
            name);
}
