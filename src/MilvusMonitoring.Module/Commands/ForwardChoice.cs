using System.Management.Automation;
using MilvusMonitoring.Messages;
using MilvusMonitoring.PortForwarding;

namespace MilvusMonitoring.Commands;

/// <summary>The port-forwards that a person names.</summary>
/// <param name="Found">Those that are there.</param>
/// <param name="Missing">An error for each name or number that none has.</param>
internal sealed record ForwardChoice(IReadOnlyList<MonitoringPortForward> Found, List<MonitoringException> Missing)
{
    /// <summary>Finds them.</summary>
    /// <param name="all">The port-forwards of the session.</param>
    /// <param name="services">Names or patterns of services; null to go by numbers.</param>
    /// <param name="ids">Numbers.</param>
    public static ForwardChoice Select(IReadOnlyList<MonitoringPortForward> all, IReadOnlyList<string>? services, IReadOnlyList<int> ids)
    {
        var missing = services is null
            ? ids.Where(id => all.All(forward => forward.Id != id))
                .Select(id => None($"{id}", "number", all.Select(forward => $"{forward.Id}")))
            : services
                .Where(name => !WildcardPattern.ContainsWildcardCharacters(name) && !all.Any(forward => IsMeant(forward, name)))
                .Select(name => None(name, "Service", all.Select(forward => forward.Service)));
        var found = all.Where(forward => services is null ? ids.Contains(forward.Id) : services.Any(name => IsMeant(forward, name)));
        return new ForwardChoice([.. found], [.. missing]);
    }

    private static bool IsMeant(MonitoringPortForward forward, string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        return pattern.IsMatch(forward.Service)
            || KnownService.All.Any(known => known.Service == forward.Service && pattern.IsMatch(known.Title));
    }

    private static MonitoringException None(string given, string what, IEnumerable<string> there) =>
        new(
            ErrorId.PortForwardNotFound,
            $"No port-forward of this session has the {what} '{given}'",
            NameSuggestions.Describe(given, there.Distinct()),
            given);
}
