using System.Text.Json.Nodes;

namespace EmbeddedCluster.Authorization;

/// <summary>The rules of roles by name, those that cluster roles gather from others included.</summary>
internal sealed class RoleCatalog
{
    private readonly Dictionary<string, JsonObject> clusterRoles;
    private readonly Dictionary<(string Namespace, string Name), IReadOnlyList<PolicyRule>> roles;
    private readonly Dictionary<string, IReadOnlyList<PolicyRule>> clusterRules;

    public RoleCatalog(IEnumerable<JsonObject> roles, IEnumerable<JsonObject> clusterRoles)
    {
        this.clusterRoles = clusterRoles.ToDictionary(Name);
        this.roles = roles.ToDictionary(role => (Namespace(role), Name(role)), role => PolicyRule.ParseAll(role["rules"]));
        clusterRules = this.clusterRoles.ToDictionary(role => role.Key, role => RulesOf(role.Value, []));
    }

    /// <summary>The rules of what a binding refers to; null where there is no such role.</summary>
    public IReadOnlyList<PolicyRule>? Find(JsonNode? roleRef, string bindingNamespace)
    {
        var name = (string?)roleRef?["name"] ?? "";
        return (string?)roleRef?["kind"] == "ClusterRole"
            ? clusterRules.GetValueOrDefault(name)
            : roles.GetValueOrDefault((bindingNamespace, name));
    }

    private IReadOnlyList<PolicyRule> RulesOf(JsonObject role, HashSet<string> visited)
    {
        if (role["aggregationRule"]?["clusterRoleSelectors"] is not JsonArray selectors)
        {
            return PolicyRule.ParseAll(role["rules"]);
        }

        visited.Add(Name(role));
        return
        [
            .. clusterRoles
                .Values.OrderBy(Name, StringComparer.Ordinal)
                .Where(other =>
                    !visited.Contains(Name(other))
                    && selectors.Any(selector => LabelSelector.Matches(selector, other["metadata"]?["labels"])))
                .SelectMany(other => RulesOf(other, visited))
                .DistinctBy(rule => rule.ToString()),
        ];
    }

    private static string Name(JsonObject value) => (string?)value["metadata"]?["name"] ?? "";

    private static string Namespace(JsonObject value) => (string?)value["metadata"]?["namespace"] ?? "";
}
