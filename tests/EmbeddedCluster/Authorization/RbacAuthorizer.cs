using System.Text.Json.Nodes;

namespace EmbeddedCluster.Authorization;

/// <summary>Decides by roles and bindings as they stood when it was made.</summary>
internal sealed class RbacAuthorizer
{
    /// <summary>Whoever is in this group may do everything, whatever the roles say.</summary>
    public const string Superusers = "system:masters";

    private const string ApiGroup = "rbac.authorization.k8s.io";

    private readonly RoleCatalog catalog;
    private readonly List<JsonObject> clusterBindings;
    private readonly ILookup<string, JsonObject> bindings;

    public RbacAuthorizer(
        IEnumerable<JsonObject> roles,
        IEnumerable<JsonObject> clusterRoles,
        IEnumerable<JsonObject> roleBindings,
        IEnumerable<JsonObject> clusterRoleBindings)
    {
        catalog = new RoleCatalog(roles, clusterRoles);
        clusterBindings = [.. clusterRoleBindings];
        bindings = roleBindings.ToLookup(Namespace);
    }

    public Decision Decide(RequestAttributes request)
    {
        if (request.Groups.Contains(Superusers))
        {
            return new Decision(true, "");
        }

        var missing = new List<string>();
        foreach (var grant in Grants(request.User, request.Groups, request.Namespace))
        {
            if (grant.Rules is null)
            {
                missing.Add(grant.MissingRole);
            }
            else if (grant.Rules.Any(rule => rule.Allows(request)))
            {
                return new Decision(true, "RBAC: allowed by " + grant.Describe());
            }
        }

        var errors = missing.Distinct().ToList();
        return new Decision(false, errors.Count switch
        {
            0 => "",
            1 => "RBAC: " + errors[0],
            _ => $"RBAC: [{string.Join(", ", errors)}]",
        });
    }

    /// <summary>
    /// All rules that somebody holds in a namespace, those of the cluster scope included; with an empty namespace only these.
    /// </summary>
    public IReadOnlyList<PolicyRule> RulesFor(string user, IReadOnlyList<string> groups, string @namespace)
    {
        var everything = groups.Contains(Superusers)
            ? new[]
            {
                new PolicyRule
                {
                    Verbs = ["*"],
                    ApiGroups = ["*"],
                    Resources = ["*"],
                },
                new PolicyRule { Verbs = ["*"], NonResourceUrls = ["*"] },
            }
            : [];
        return [.. everything, .. Grants(user, groups, @namespace).SelectMany(grant => grant.Rules ?? [])];
    }

    /// <summary>The rules of a role that a binding refers to, aggregated ones gathered; null where there is no such role.</summary>
    public IReadOnlyList<PolicyRule>? RulesOf(JsonNode? roleRef, string bindingNamespace) => catalog.Find(roleRef, bindingNamespace);

    /// <summary>Whether granting these rules would give more than the granter holds; null where it would not.</summary>
    public Escalation? MissingForEscalation(
        string user,
        IReadOnlyList<string> groups,
        IReadOnlyList<PolicyRule> granted,
        string @namespace = "")
    {
        if (groups.Contains(Superusers))
        {
            return null;
        }

        var held = RulesFor(user, groups, @namespace);
        return Escalation.Of(
            user,
            groups,
            [.. granted.SelectMany(rule => rule.Parts()).Where(part => !held.Any(rule => rule.Covers(part)))]);
    }

    /// <summary>What keeps somebody from writing a role with these rules: rules not held, unless the verb <c>escalate</c> is.</summary>
    public Escalation? EscalationByRole(string user, IReadOnlyList<string> groups, JsonObject role)
    {
        var isClusterRole = (string?)role["kind"] == "ClusterRole";
        var request = new RequestAttributes(user, groups, "escalate")
        {
            ApiGroup = ApiGroup,
            Resource = isClusterRole ? "clusterroles" : "roles",
            Name = Name(role),
            Namespace = Namespace(role),
        };
        if (Decide(request).Allowed)
        {
            return null;
        }

        // A role that gathers from others may one day hold anything.
        IReadOnlyList<PolicyRule> everything = role["aggregationRule"] is null
            ? []
            :
            [
                new PolicyRule
                {
                    Verbs = ["*"],
                    ApiGroups = ["*"],
                    Resources = ["*"],
                },
                new PolicyRule { Verbs = ["*"], NonResourceUrls = ["*"] },
            ];
        return MissingForEscalation(user, groups, [.. everything, .. PolicyRule.ParseAll(role["rules"])], Namespace(role));
    }

    /// <summary>
    /// What keeps somebody from writing a binding: rules of its role not held, unless the verb <c>bind</c> is. A role that doesn't exist
    /// grants nothing: ask <see cref="RulesOf"/> first, since a server then answers 404.
    /// </summary>
    public Escalation? EscalationByBinding(string user, IReadOnlyList<string> groups, JsonObject binding)
    {
        var roleRef = binding["roleRef"];
        var request = new RequestAttributes(user, groups, "bind")
        {
            ApiGroup = ApiGroup,
            Resource = (string?)roleRef?["kind"] == "ClusterRole" ? "clusterroles" : "roles",
            Name = (string?)roleRef?["name"] ?? "",
            Namespace = Namespace(binding),
        };
        return Decide(request).Allowed
            ? null
            : MissingForEscalation(user, groups, RulesOf(roleRef, Namespace(binding)) ?? [], Namespace(binding));
    }

    private IEnumerable<Grant> Grants(string user, IReadOnlyList<string> groups, string @namespace)
    {
        foreach (var binding in clusterBindings.Concat(@namespace.Length == 0 ? [] : bindings[@namespace]))
        {
            var home = Namespace(binding);
            if ((binding["subjects"] as JsonArray ?? []).FirstOrDefault(subject => Names(subject!, user, groups, home)) is { } match)
            {
                yield return new Grant(binding, home, match, catalog.Find(binding["roleRef"], home));
            }
        }
    }

    private static bool Names(JsonNode subject, string user, IReadOnlyList<string> groups, string home)
    {
        var name = (string?)subject["name"] ?? "";
        return (string?)subject["kind"] switch
        {
            "User" => name == user,
            "Group" => groups.Contains(name),
            "ServiceAccount" => user == $"system:serviceaccount:{(string?)subject["namespace"] ?? home}:{name}",
            _ => false,
        };
    }

    private static string Name(JsonNode value) => (string?)value["metadata"]?["name"] ?? "";

    private static string Namespace(JsonNode value) => (string?)value["metadata"]?["namespace"] ?? "";

    private sealed record Grant(JsonObject Binding, string Home, JsonNode Subject, IReadOnlyList<PolicyRule>? Rules)
    {
        private string RoleKind => (string?)Binding["roleRef"]?["kind"] ?? "";

        private string RoleName => (string?)Binding["roleRef"]?["name"] ?? "";

        public string MissingRole => $"{(RoleKind == "ClusterRole" ? "clusterrole" : "role")}.{ApiGroup} \"{RoleName}\" not found";

        public string Describe()
        {
            var kind = Home.Length == 0 ? "ClusterRoleBinding" : "RoleBinding";
            var binding = Home.Length == 0 ? Name(Binding) : $"{Name(Binding)}/{Home}";
            var subject =
                (string?)Subject["kind"] == "ServiceAccount"
                    ? $"{Subject["name"]}/{(string?)Subject["namespace"] ?? Home}"
                    : (string?)Subject["name"];
            return $"{kind} \"{binding}\" of {RoleKind} \"{RoleName}\" to {Subject["kind"]} \"{subject}\"";
        }
    }
}
