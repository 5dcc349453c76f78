using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Prometheus;

/// <summary>
/// The rules that Prometheus needs to discover the targets of a ServiceMonitor or PodMonitor, by Endpoints or by EndpointSlices.
/// </summary>
/// <remarks>
/// Each API group has its own rule. A rule is a product: one rule over both groups would also grant pods of discovery.k8s.io and
/// endpointslices of the core group, and a caller who holds exactly what Prometheus needs could not grant that rule.
/// </remarks>
internal static class DiscoveryRules
{
    private static readonly string[] Verbs = ["get", "list", "watch"];

    public static IReadOnlyList<PolicyRule> All { get; } =
    [
        new PolicyRule { ApiGroups = [""], Resources = ["pods", "services", "endpoints"], Verbs = Verbs },
        new PolicyRule { ApiGroups = ["discovery.k8s.io"], Resources = ["endpointslices"], Verbs = Verbs },
    ];

    /// <summary>All rules as text.</summary>
    public static string Text { get; } = Permission.Describe(All.SelectMany(rule => rule.Permissions));

    /// <summary>Lists the rules that a role lacks.</summary>
    /// <param name="rules">The rules of a role, which may be split, merged or have <c>*</c>.</param>
    /// <returns>At most one rule for each API group. The rules grant nothing beyond <see cref="All"/>.</returns>
    public static IReadOnlyList<PolicyRule> ListMissing(IReadOnlyList<PolicyRule> rules) =>
        [.. All.Select(wanted => FindMissing(wanted, rules)).OfType<PolicyRule>()];

    /// <summary>Lists the permissions that a Prometheus needs for one monitor.</summary>
    /// <param name="monitorKind"><c>ServiceMonitor</c>, or <c>PodMonitor</c>, whose targets are discovered by pods alone.</param>
    /// <param name="role">How Prometheus discovers the targets of a ServiceMonitor.</param>
    public static IReadOnlyList<Permission> ListRequired(string monitorKind, DiscoveryRole role)
    {
        string[] resources = (monitorKind, role) switch
        {
            ("PodMonitor", _) => ["pods"],
            (_, DiscoveryRole.EndpointSlice) => ["pods", "services", "endpointslices"],
            _ => ["pods", "services", "endpoints"],
        };
        return [.. All.SelectMany(rule => rule.Permissions).Where(permission => resources.Contains(permission.Resource))];
    }

    /// <summary>Lists the permissions that a Prometheus needs for every monitor that does not ask for another way of discovery.</summary>
    public static IReadOnlyList<Permission> ListRequired(DiscoveryRole role) =>
    [
        .. All.SelectMany(rule => rule.Permissions)
            .Where(permission => role == DiscoveryRole.EndpointSlice || permission.Resource != "endpointslices"),
    ];

    /// <summary>The rules as the JSON array of a role.</summary>
    public static JsonArray ToJson() => new([.. All.Select(rule => (JsonNode)rule.ToJson())]);

    private static PolicyRule? FindMissing(PolicyRule wanted, IReadOnlyList<PolicyRule> rules)
    {
        var missing = wanted.Permissions.Where(permission => !rules.Any(rule => rule.Allows(permission))).ToList();
        return missing.Count == 0 ? null : wanted with
        {
            Resources = [.. wanted.Resources.Where(resource => missing.Any(permission => permission.Resource == resource))],
            Verbs = [.. wanted.Verbs.Where(verb => missing.Any(permission => permission.Verb == verb))],
        };
    }
}
