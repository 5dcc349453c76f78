using System.Management.Automation;
using MilvusMonitoring.Messages;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Commands;

/// <summary>The port-forwards that a user names.</summary>
/// <param name="Found">The port-forwards that match.</param>
/// <param name="Missing">An error for each name or number without a port-forward.</param>
internal sealed record ForwardChoice(IReadOnlyList<MonitoringPortForward> Found, List<MonitoringException> Missing)
{
    /// <summary>Selects port-forwards by the names of their Services, or by their numbers.</summary>
    /// <param name="all">The port-forwards of the session.</param>
    /// <param name="services">Names or patterns of Services; null to select by numbers.</param>
    /// <param name="ids">Numbers; unused with names.</param>
    public static ForwardChoice Select(
        IReadOnlyList<MonitoringPortForward> all,
        IReadOnlyList<string>? services,
        IReadOnlyList<int> ids) =>
        services is null ? SelectByIds(all, ids) : SelectByServices(all, services);

    private static ForwardChoice SelectByIds(IReadOnlyList<MonitoringPortForward> all, IReadOnlyList<int> ids)
    {
        var missing = ids
            .Where(id => all.All(forward => forward.Id != id))
            .Select(id => NotFound($"{id}", "number", all.Select(forward => $"{forward.Id}")));
        return new ForwardChoice([.. all.Where(forward => ids.Contains(forward.Id))], [.. missing]);
    }

    private static ForwardChoice SelectByServices(IReadOnlyList<MonitoringPortForward> all, IReadOnlyList<string> services)
    {
        var missing = services
            .Where(name => !WildcardPattern.ContainsWildcardCharacters(name) && !all.Any(forward => Matches(forward, name)))
            .Select(name => NotFound(name, "Service", all.Select(forward => forward.Service)));
        return new ForwardChoice([.. all.Where(forward => services.Any(name => Matches(forward, name)))], [.. missing]);
    }

    private static bool Matches(MonitoringPortForward forward, string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return pattern.IsMatch(forward.Service)
            || (forward.Title is { } title && pattern.IsMatch(title))
            || KnownService.All.Any(known => known.Service == forward.Service && pattern.IsMatch(known.Title));
    }

    private static MonitoringException NotFound(string name, string what, IEnumerable<string> present) =>
        new(
            ErrorId.PortForwardNotFound,
            $"No port-forward of this session has the {what} '{name}'",
            NameSuggestions.Describe(name, present.Distinct()),
            name);
}
