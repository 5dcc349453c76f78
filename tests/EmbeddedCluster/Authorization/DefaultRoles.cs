using System.Text.Json.Nodes;

namespace EmbeddedCluster.Authorization;

/// <summary>
/// The cluster roles and bindings that every cluster is born with, as far as people and their tools meet them (Kubernetes 1.36).
/// </summary>
internal static class DefaultRoles
{
    private const string ApiVersion = "rbac.authorization.k8s.io/v1";

    private const string Write = "create,delete,deletecollection,patch,update";
    private const string Read = "get,list,watch";

    private static readonly string[] InformationUrls = ["/healthz", "/livez", "/readyz", "/version", "/version/"];
    private static readonly string[] DiscoveryUrls = ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"];

    public static IReadOnlyList<JsonObject> ClusterRoles() =>
    [
        Role("cluster-admin", [Rule("*", "*", "*"), Paths("*", "*")]),
        Role("system:discovery", [Paths("get", [.. DiscoveryUrls, .. InformationUrls])]),
        Role("system:public-info-viewer", [Paths("get", InformationUrls)]),
        Role("system:basic-user", [
            Rule("create", "authorization.k8s.io", "selfsubjectaccessreviews,selfsubjectrulesreviews"),
            Rule("create", "authentication.k8s.io", "selfsubjectreviews")]),
        Gathering("admin", from: "admin"),
        Gathering("edit", from: "edit", into: "admin"),
        Gathering("view", from: "view", into: "edit"),
        Role("system:aggregate-to-admin", AdminRules(), into: "admin"),
        Role("system:aggregate-to-edit", EditRules(), into: "edit"),
        Role("system:aggregate-to-view", ViewRules(), into: "view"),
    ];

    public static IReadOnlyList<JsonObject> ClusterRoleBindings() =>
    [
        Binding("cluster-admin", RbacAuthorizer.Superusers),
        Binding("system:basic-user", "system:authenticated"),
        Binding("system:discovery", "system:authenticated"),
        Binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated"),
    ];

    private static JsonObject[] AdminRules() =>
    [
        Rule("create", "authorization.k8s.io", "localsubjectaccessreviews"),
        Rule("create,delete,deletecollection,get,list,patch,update,watch", "rbac.authorization.k8s.io", "rolebindings,roles"),
    ];

    private static JsonObject[] EditRules() =>
        [
            Rule(Read, "", "pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy"),
            Rule("impersonate", "", "serviceaccounts"),
            Rule(Write, "", "pods,pods/attach,pods/exec,pods/portforward,pods/proxy"),
            Rule("create", "", "pods/eviction"),
            Rule(
                Write,
                "",
                "configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy"
            ),
            Rule("create", "", "serviceaccounts/token"),
            Rule(
                Write,
                "apps",
                "daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale"
            ),
            Rule(Write, "autoscaling", "horizontalpodautoscalers"),
            Rule(Write, "batch", "cronjobs,jobs"),
            Rule(
                Write,
                "extensions",
                "daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale"
            ),
            Rule(Write, "policy", "poddisruptionbudgets"),
            Rule(Write, "networking.k8s.io", "ingresses,networkpolicies"),
            Rule("create,delete,deletecollection,get,list,patch,update,watch", "coordination.k8s.io", "leases"),
        ];

    private static JsonObject[] ViewRules() =>
        [
            Rule(
                Read,
                "",
                "configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status"
            ),
            Rule(
                Read,
                "",
                "bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status"
            ),
            Rule(Read, "", "namespaces"),
            Rule(Read, "discovery.k8s.io", "endpointslices"),
            Rule(
                Read,
                "apps",
                "controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status"
            ),
            Rule(Read, "autoscaling", "horizontalpodautoscalers,horizontalpodautoscalers/status"),
            Rule(Read, "batch", "cronjobs,cronjobs/status,jobs,jobs/status"),
            Rule(
                Read,
                "extensions",
                "daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale"
            ),
            Rule(Read, "policy", "poddisruptionbudgets,poddisruptionbudgets/status"),
            Rule(Read, "networking.k8s.io", "ingresses,ingresses/status,networkpolicies"),
        ];

    private static JsonObject Rule(string verbs, string group, string resources) => new()
    {
        ["verbs"] = List(verbs.Split(',')),
        ["apiGroups"] = List(group),
        ["resources"] = List(resources.Split(',')),
    };

    private static JsonObject Paths(string verb, params string[] urls) =>
        new() { ["verbs"] = List(verb), ["nonResourceURLs"] = List(urls) };

    private static JsonObject Role(string name, JsonObject[] rules, string? into = null) => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = "ClusterRole",
        ["metadata"] = Metadata(name, into),
        ["rules"] = new JsonArray([.. rules]),
    };

    // Its rules are those of the roles that carry the label, its own list stays empty.
    private static JsonObject Gathering(string name, string from, string? into = null)
    {
        var role = Role(name, [], into);
        role["aggregationRule"] = new JsonObject
        {
            ["clusterRoleSelectors"] = new JsonArray(new JsonObject { ["matchLabels"] = new JsonObject { [Label(from)] = "true" } }),
        };
        return role;
    }

    private static JsonObject Binding(string role, params string[] groups) =>
        new()
        {
            ["apiVersion"] = ApiVersion,
            ["kind"] = "ClusterRoleBinding",
            ["metadata"] = Metadata(role, into: null),
            ["roleRef"] = new JsonObject
            {
                ["apiGroup"] = "rbac.authorization.k8s.io",
                ["kind"] = "ClusterRole",
                ["name"] = role,
            },
            ["subjects"] = new JsonArray([
                .. groups.Select(name => new JsonObject
                {
                    ["kind"] = "Group",
                    ["apiGroup"] = "rbac.authorization.k8s.io",
                    ["name"] = name,
                }),
            ]),
        };

    private static JsonObject Metadata(string name, string? into)
    {
        var labels = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        if (into is not null)
        {
            labels[Label(into)] = "true";
        }

        return new JsonObject
        {
            ["name"] = name,
            ["labels"] = labels,
            ["annotations"] = new JsonObject { ["rbac.authorization.kubernetes.io/autoupdate"] = "true" },
        };
    }

    private static string Label(string target) => "rbac.authorization.k8s.io/aggregate-to-" + target;

    private static JsonArray List(params string[] values) => [.. values.Select(value => (JsonNode)value)];
}
