using System.Text.Json.Nodes;
using MilvusMonitoring.KubePrometheus.Releases;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Access;

/// <summary>
/// What Prometheus has to be allowed to discover what a ServiceMonitor or PodMonitor selects, by Endpoints or by EndpointSlices.
/// </summary>
/// <remarks>
/// One rule for each API group: a rule is a product, so that one rule over both groups would also grant pods of discovery.k8s.io and
/// endpointslices of the core group,
/// and whoever holds exactly what Prometheus needs could not grant it.
/// </remarks>
internal static class DiscoveryRules
{
    private static readonly string[] Verbs = ["get", "list", "watch"];

    /// <summary>All of it.</summary>
    public static IReadOnlyList<PolicyRule> All { get; } =
    [
        new PolicyRule { ApiGroups = [""], Resources = ["pods", "services", "endpoints"], Verbs = Verbs },
        new PolicyRule { ApiGroups = ["discovery.k8s.io"], Resources = ["endpointslices"], Verbs = Verbs },
    ];

    /// <summary>All of it, in text.</summary>
    public static string Text { get; } = Permission.Describe(All.SelectMany(rule => rule.Permissions));

    /// <summary>What rules lack.</summary>
    /// <param name="rules">The rules of a role, split, merged or with <c>*</c> as they may be.</param>
    /// <returns>At most one rule for each API group; none where nothing is missing. They grant nothing beyond <see cref="All"/>.</returns>
    public static IReadOnlyList<PolicyRule> MissingFrom(IReadOnlyList<PolicyRule> rules) =>
        [.. All.Select(wanted => Missing(wanted, rules)).OfType<PolicyRule>()];

    /// <summary>What a Prometheus needs of it for one monitor.</summary>
    /// <param name="monitorKind"><c>ServiceMonitor</c>, or <c>PodMonitor</c>, which is discovered by pods alone.</param>
    /// <param name="role">How it finds the targets of a ServiceMonitor.</param>
    public static IReadOnlyList<Permission> GetRequired(string monitorKind, DiscoveryRole role)
    {
        string[] resources = monitorKind == "PodMonitor" ? ["pods"]
            : role == DiscoveryRole.EndpointSlice ? ["pods", "services", "endpointslices"]
            : ["pods", "services", "endpoints"];
        return [.. All.SelectMany(rule => rule.Permissions).Where(permission => resources.Contains(permission.Resource))];
    }

    /// <summary>The rules as an array for a role.</summary>
    public static JsonArray ToJson() => new([.. All.Select(rule => (JsonNode)rule.ToJson())]);

    private static PolicyRule? Missing(PolicyRule wanted, IReadOnlyList<PolicyRule> rules)
    {
        var missing = wanted.Permissions.Where(permission => !rules.Any(rule => rule.Allows(permission))).ToList();
        return missing.Count == 0 ? null : wanted with
        {
            Resources = [.. wanted.Resources.Where(resource => missing.Any(permission => permission.Resource == resource))],
            Verbs = [.. wanted.Verbs.Where(verb => missing.Any(permission => permission.Verb == verb))],
        };
    }
}
