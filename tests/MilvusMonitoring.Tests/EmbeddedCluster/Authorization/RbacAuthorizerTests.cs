using System.Text.Json.Nodes;
using EmbeddedCluster.Authorization;
using MilvusMonitoring.Tests.EmbeddedCluster.Apply;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Authorization;

public sealed class RbacAuthorizerTests
{
    private static readonly string[] Authenticated = ["system:authenticated"];

    [Theory]
    [InlineData("get", "", "pods", "", "a", true)]
    [InlineData("list", "", "pods", "", "", true)]
    [InlineData("get", "", "pods", "log", "a", true)]
    [InlineData("get", "", "pods", "exec", "a", false)]
    [InlineData("delete", "", "pods", "", "a", false)]
    [InlineData("get", "apps", "pods", "", "a", false)]
    [InlineData("update", "", "configmaps", "", "mine", true)]
    [InlineData("update", "", "configmaps", "", "other", false)]
    [InlineData("create", "", "configmaps", "", "", false)]
    [InlineData("patch", "apps", "deployments", "scale", "d", true)]
    [InlineData("patch", "apps", "deployments", "", "d", false)]
    public void A_rule_speaks_of_verb_group_resource_subresource_and_name(
        string verb,
        string group,
        string resource,
        string subresource,
        string name,
        bool allowed)
    {
        var authorizer = Cluster(
            Bound("User", "ada"),
            """{"verbs":["get","list"],"apiGroups":[""],"resources":["pods","pods/log"]}""",
            """{"verbs":["update","create"],"apiGroups":[""],"resources":["configmaps"],"resourceNames":["mine"]}""",
            """{"verbs":["*"],"apiGroups":["*"],"resources":["*/scale"]}""");

        var decision = authorizer.Decide(
            new RequestAttributes("ada", Authenticated, verb)
            {
                ApiGroup = group,
                Resource = resource,
                Subresource = subresource,
                Name = name,
                Namespace = "n",
            });

        Assert.Equal(allowed, decision.Allowed);
    }

    [Theory]
    [InlineData("/metrics", true)]
    [InlineData("/metrics/cadvisor", false)]
    [InlineData("/healthz/etcd", true)]
    [InlineData("/", false)]
    public void A_rule_for_paths_may_end_in_a_star(string path, bool allowed)
    {
        var authorizer = Cluster(Bound("User", "ada"), """{"verbs":["get"],"nonResourceURLs":["/metrics","/healthz/*"]}""");

        Assert.Equal(allowed, authorizer.Decide(new RequestAttributes("ada", Authenticated, "get") { NonResourceUrl = path }).Allowed);
    }

    [Theory]
    [InlineData("User", "ada", "ada", "system:authenticated", true)]
    [InlineData("User", "bob", "ada", "system:authenticated", false)]
    [InlineData("Group", "ops", "ada", "ops", true)]
    [InlineData("ServiceAccount", "prometheus-k8s", "system:serviceaccount:monitoring:prometheus-k8s", "system:serviceaccounts", true)]
    [InlineData("ServiceAccount", "prometheus-k8s", "system:serviceaccount:default:prometheus-k8s", "system:serviceaccounts", false)]
    public void A_binding_names_users_groups_and_service_accounts(string kind, string name, string user, string group, bool allowed)
    {
        var authorizer = Cluster(Bound(kind, name), """{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}""");

        Assert.Equal(
            allowed,
            authorizer.Decide(new RequestAttributes(user, [group], "get") { Resource = "pods", Namespace = "n" }).Allowed);
    }

    [Fact]
    public void A_role_binding_grants_in_its_own_namespace_only_and_says_why()
    {
        var binding = Json(
            """{"metadata":{"name":"b","namespace":"n"},"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"ada"}]}"""
        );
        var role = Json("""{"metadata":{"name":"r","namespace":"n"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}""");
        var authorizer = new RbacAuthorizer([role], [], [binding], []);
        var request = new RequestAttributes("ada", Authenticated, "get") { Resource = "pods", Namespace = "n" };

        Assert.Equal(new Decision(true, "RBAC: allowed by RoleBinding \"b/n\" of Role \"r\" to User \"ada\""), authorizer.Decide(request));
        Assert.False(authorizer.Decide(request with { Namespace = "elsewhere" }).Allowed);
        Assert.False(authorizer.Decide(request with { Namespace = "" }).Allowed);
    }

    [Fact]
    public void A_binding_to_a_role_that_is_missing_is_the_reason_for_a_refusal()
    {
        var authorizer = new RbacAuthorizer([], [], [], [Bound("User", "ada")]);

        var decision = authorizer.Decide(new RequestAttributes("ada", Authenticated, "get") { Resource = "pods" });

        Assert.Equal(new Decision(false, "RBAC: clusterrole.rbac.authorization.k8s.io \"role\" not found"), decision);
    }

    [Fact]
    public void Superusers_need_no_role()
    {
        var authorizer = new RbacAuthorizer([], [], [], []);

        Assert.True(authorizer.Decide(new RequestAttributes("admin", ["system:masters"], "delete") { Resource = "nodes" }).Allowed);
    }

    [Theory]
    [InlineData("view", "get", "discovery.k8s.io", "endpointslices", true)]
    [InlineData("view", "get", "", "secrets", false)]
    [InlineData("edit", "get", "", "pods", true)]
    [InlineData("edit", "update", "", "configmaps", true)]
    [InlineData("edit", "create", "rbac.authorization.k8s.io", "rolebindings", false)]
    [InlineData("admin", "create", "rbac.authorization.k8s.io", "rolebindings", true)]
    [InlineData("admin", "list", "", "services", true)]
    [InlineData("admin", "get", "", "nodes", false)]
    [InlineData("cluster-admin", "delete", "apiextensions.k8s.io", "customresourcedefinitions", true)]
    public void The_roles_of_a_new_cluster_build_on_each_other(string role, string verb, string group, string resource, bool allowed)
    {
        var binding = Bound("User", "ada");
        binding["roleRef"]!["name"] = role;
        var authorizer = new RbacAuthorizer([], DefaultRoles.ClusterRoles(), [], [.. DefaultRoles.ClusterRoleBindings(), binding]);

        Assert.Equal(
            allowed,
            authorizer
                .Decide(
                    new RequestAttributes("ada", Authenticated, verb)
                    {
                        ApiGroup = group,
                        Resource = resource,
                        Namespace = "n",
                    })
                .Allowed);
    }

    [Fact]
    public void A_role_that_another_module_adds_is_gathered_by_its_label()
    {
        var addition = Json(
            """{"kind":"ClusterRole","metadata":{"name":"more","labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}},"rules":[{"verbs":["get"],"apiGroups":["monitoring.coreos.com"],"resources":["servicemonitors"]}]}"""
        );
        var binding = Bound("User", "ada");
        binding["roleRef"]!["name"] = "admin";
        var authorizer = new RbacAuthorizer([], [.. DefaultRoles.ClusterRoles(), addition], [], [binding]);

        Assert.True(
            authorizer
                .Decide(
                    new RequestAttributes("ada", Authenticated, "get") { ApiGroup = "monitoring.coreos.com", Resource = "servicemonitors" })
                .Allowed);
    }

    [Fact]
    public void Anybody_who_is_authenticated_may_discover_and_ask_about_himself_but_strangers_only_see_the_version()
    {
        var authorizer = new RbacAuthorizer([], DefaultRoles.ClusterRoles(), [], DefaultRoles.ClusterRoleBindings());
        var stranger = new[] { "system:unauthenticated" };

        Assert.True(authorizer.Decide(new RequestAttributes("ada", Authenticated, "get") { NonResourceUrl = "/apis/apps/v1" }).Allowed);
        Assert.True(
            authorizer
                .Decide(
                    new RequestAttributes("ada", Authenticated, "create")
                    {
                        ApiGroup = "authorization.k8s.io",
                        Resource = "selfsubjectaccessreviews",
                    })
                .Allowed);
        Assert.True(authorizer.Decide(new RequestAttributes("system:anonymous", stranger, "get") { NonResourceUrl = "/version" }).Allowed);
        Assert.False(authorizer.Decide(new RequestAttributes("system:anonymous", stranger, "get") { NonResourceUrl = "/apis" }).Allowed);
    }

    [Theory]
    [InlineData("v1.36")]
    [InlineData("v1.20")]
    public void Refusals_read_as_those_of_the_server(string version)
    {
        var recording = Recordings.Load(version, "06-authn-authz.json");
        var authorizer = new RbacAuthorizer([], [], [], []);
        var anonymous = new RequestAttributes("system:anonymous", ["system:unauthenticated"], "list") { Resource = "namespaces" };
        var name = ((string)recording[2].Request()["path"]!).Split('/', '?')[4];
        var someone = new RequestAttributes("someone", Authenticated, "patch") { Resource = "namespaces", Name = name, Namespace = name };

        Assert.False(authorizer.Decide(anonymous).Allowed);
        Assert.Equal((string?)recording[1].Answer()["message"], "namespaces is forbidden: " + anonymous.Refusal);
        Assert.Equal((string?)recording[2].Answer()["message"], $"namespaces \"{name}\" is forbidden: " + someone.Refusal);
    }

    [Theory]
    [InlineData("v1.36")]
    [InlineData("v1.20")]
    public void Granting_more_than_one_holds_is_refused_with_the_list_that_the_server_gives(string version)
    {
        var recording = Recordings.Load(version, "06-authn-authz.json");
        var role = recording[4].Answer();
        var authorizer = new RbacAuthorizer([], [role], [], [recording[5].Answer()]);
        var wanted = Recordings.Load(version, "05-clusterrole-json-patch.json")[5].Answer();
        wanted["rules"]!.AsArray().Add(recording[6].Request()["body"]![0]!["value"]!.DeepClone());

        var escalation = authorizer.EscalationByRole("limited", Authenticated, wanted);

        Assert.EndsWith(": " + escalation?.Message, (string?)recording[6].Answer()["message"], StringComparison.Ordinal);
    }

    [Fact]
    public void What_one_holds_may_be_granted()
    {
        var authorizer = Cluster(Bound("User", "ada"), """{"verbs":["*"],"apiGroups":[""],"resources":["pods","*/status"]}""");

        Assert.Null(
            authorizer.MissingForEscalation(
                "ada",
                Authenticated,
                [Rule("""{"verbs":["get","watch"],"apiGroups":[""],"resources":["pods","services/status"]}""")]
            ));
        var escalation = authorizer.MissingForEscalation(
            "ada",
            Authenticated,
            [Rule("""{"verbs":["get"],"apiGroups":["","apps"],"resources":["pods"]}""")]
        );
        Assert.Equal("{APIGroups:[\"apps\"], Resources:[\"pods\"], Verbs:[\"get\"]}", Assert.Single(escalation!.Missing).ToString());
    }

    [Fact]
    public void Who_holds_escalate_or_bind_may_grant_what_he_does_not_hold()
    {
        var authorizer = Cluster(
            Bound("User", "ada"),
            """{"verbs":["escalate","bind"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"]}"""
        );
        var role = Json(
            """{"kind":"ClusterRole","metadata":{"name":"new"},"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]}"""
        );

        Assert.Null(authorizer.EscalationByRole("ada", Authenticated, role));
        Assert.Null(authorizer.EscalationByBinding("ada", Authenticated, Bound("User", "bob")));
        Assert.NotNull(authorizer.EscalationByRole("bob", Authenticated, role));
        Assert.NotNull(authorizer.EscalationByBinding("bob", Authenticated, Bound("User", "bob")));
    }

    private static JsonObject Bound(string kind, string name)
    {
        var binding = Json(
            """{"metadata":{"name":"binding"},"roleRef":{"kind":"ClusterRole","name":"role"},"subjects":[{"namespace":"monitoring"}]}"""
        );
        binding["subjects"]![0]!["kind"] = kind;
        binding["subjects"]![0]!["name"] = name;
        return binding;
    }

    private static RbacAuthorizer Cluster(JsonObject binding, params string[] rules)
    {
        var role = Json($$"""{"kind":"ClusterRole","metadata":{"name":"role"},"rules":[{{string.Join(',', rules)}}]}""");
        return new RbacAuthorizer([], [role], [], [binding]);
    }

    private static PolicyRule Rule(string json) => PolicyRule.Parse(JsonNode.Parse(json));

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();
}
