using System.Text.Json.Nodes;
using EmbeddedCluster.Authorization;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Security;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Serving;

/// <summary>Asks the roles and bindings that are stored right now, when RBAC is on.</summary>
internal sealed class AccessControl(ClusterState state)
{
    private const string Group = "rbac.authorization.k8s.io";

    private static readonly ResourceId[] s_sources =
    [
        new(Group, "roles"),
        new(Group, "clusterroles"),
        new(Group, "rolebindings"),
        new(Group, "clusterrolebindings"),
    ];
    private static readonly string[] s_kinds = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"];

    private readonly object _gate = new();
    private RbacAuthorizer? _authorizer;
    private long[] _seen = [];

    public bool IsOn => state.Options.Rbac;

    public Decision Decide(RequestAttributes request) => IsOn ? Current().Decide(request) : new(true, "");

    public IReadOnlyList<PolicyRule> RulesFor(UserInfo user, string ns) => Current().RulesFor(user.Name, user.Groups, ns);

    public void CheckRequest(UserInfo user, string verb, ResourceId resource, string? subresource, string? ns, string? name)
    {
        if (!IsOn)
        {
            return;
        }

        var attributes = new RequestAttributes(user.Name, user.Groups, verb)
        {
            ApiGroup = resource.Group,
            Resource = resource.Plural,
            Subresource = subresource ?? "",
            Namespace = ns ?? "",
            Name = name ?? "",
        };
        var decision = Decide(attributes);
        if (!decision.Allowed)
        {
            throw ApiException.Forbidden(
                resource,
                name,
                decision.Reason.Length == 0 ? attributes.Refusal : $"{attributes.Refusal}: {decision.Reason}");
        }
    }

    public void CheckPath(UserInfo user, string verb, string path)
    {
        var attributes = new RequestAttributes(user.Name, user.Groups, verb) { NonResourceUrl = path };
        if (IsOn && !Decide(attributes).Allowed)
        {
            throw new ApiException(403, "Forbidden", $"forbidden: {attributes.Refusal}", []);
        }
    }

    /// <summary>Nobody may grant, by a role or a binding, what he does not hold.</summary>
    public void CheckEscalation(UserInfo user, ResourceKind kind, JsonObject value, StoredObject? live)
    {
        if (!IsOn)
        {
            return;
        }

        var authorizer = Current();
        var isRole = kind.Kind is "Role" or "ClusterRole";
        var grants = isRole ? (string[])["rules", "aggregationRule"] : ["subjects", "roleRef"];
        var before = live?.ReadRest();
        if (before is not null && grants.All(each => JsonNode.DeepEquals(before[each], value[each])))
        {
            return;
        }

        if (!isRole && !user.IsMaster && authorizer.RulesOf(value["roleRef"], (string?)value["metadata"]?["namespace"] ?? "") is null)
        {
            throw ApiException.NotFound(
                new(Group, (string?)value["roleRef"]?["kind"] == "ClusterRole" ? "clusterroles" : "roles"),
                (string?)value["roleRef"]?["name"] ?? "");
        }

        var escalation = isRole
            ? authorizer.EscalationByRole(user.Name, user.Groups, value)
            : authorizer.EscalationByBinding(user.Name, user.Groups, value);
        if (escalation is not null)
        {
            throw ApiException.Forbidden(kind.Id, (string?)value["metadata"]?["name"], escalation.Message);
        }
    }

    private RbacAuthorizer Current()
    {
        var lists = s_sources.Select(each => state.Store.List(each, null).Items).ToList();
        long[] seen = [.. lists.SelectMany(each => (long[])[each.Count, each.Sum(one => one.Revision)])];
        lock (_gate)
        {
            if (_authorizer is null || !seen.AsSpan().SequenceEqual(_seen))
            {
                var parsed = lists.Select((list, at) => list.Select(each => each.Read($"{Group}/v1", s_kinds[at])).ToList()).ToList();
                _authorizer = new(parsed[0], parsed[1], parsed[2], parsed[3]);
                _seen = seen;
            }

            return _authorizer;
        }
    }
}
