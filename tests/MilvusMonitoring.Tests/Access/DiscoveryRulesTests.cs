using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;
using EmbeddedCluster.Authorization;
using MilvusMonitoring.Access;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Prometheus;
using Held = EmbeddedCluster.Authorization.PolicyRule;

namespace MilvusMonitoring.Tests.Access;

/// <summary>
/// What Grant adds and Revoke takes away, held against an authorizer that is written apart from it, on random roles from a fixed seed.
/// </summary>
public sealed class DiscoveryRulesTests
{
    private const int Rounds = 3000;

    private static readonly (string Group, string Resource)[] Resources =
    [
        ("", "pods"),
        ("", "services"),
        ("", "endpoints"),
        ("discovery.k8s.io", "endpointslices"),
    ];
    private static readonly string[] Verbs = ["get", "list", "watch"];
    private static readonly string[] NoVerbs = ["create", "update", "delete", "*"];

    [Theory]
    [InlineData("")]
    [InlineData("""{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}""")]
    [InlineData(
        """{"apiGroups":["","discovery.k8s.io"],"resources":["pods","services","endpoints","endpointslices"],"verbs":["watch","list","get"]}"""
    )]
    [InlineData(
        """{"apiGroups":[""],"resources":["*"],"verbs":["get","list"]},{"apiGroups":[""],"resources":["pods","services"],"verbs":["watch"]},{"apiGroups":["*"],"resources":["endpoints","endpointslices"],"verbs":["*"]}""",
        true
    )]
    public void Rules_that_are_merged_or_split_or_have_stars_count_for_what_they_allow(string rules, bool coversAll = true) =>
        Assert.Equal(coversAll && rules.Length > 0, DiscoveryRules.ListMissing(Parse(rules)).Count == 0);

    [Theory]
    [InlineData(
        """{"apiGroups":[""],"resources":["pods","services","endpoints"],"resourceNames":["one"],"verbs":["*"]}""",
        "get, list, watch on pods, services, endpoints, endpointslices.discovery.k8s.io"
    )]
    [InlineData(
        """{"apiGroups":[""],"resources":["pods/log","services/*","*/endpoints"],"verbs":["*"]}""",
        "get, list, watch on pods, services, endpoints, endpointslices.discovery.k8s.io"
    )]
    [InlineData(
        """{"apiGroups":[""],"resources":["pods","services","endpoints"],"verbs":["get","watch","list"]}""",
        "get, list, watch on endpointslices.discovery.k8s.io"
    )]
    [InlineData(
        """{"apiGroups":["discovery.k8s.io"],"resources":["*"],"verbs":["*"]},{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]},{"apiGroups":[""],"resources":["services","endpoints"],"verbs":["*"]}""",
        "watch on pods"
    )]
    public void Only_what_is_missing_is_added(string rules, string added) =>
        Assert.Equal(added, Permission.Describe(DiscoveryRules.ListMissing(Parse(rules)).SelectMany(rule => rule.Permissions)));

    [Fact]
    public void After_Grant_everything_needed_is_allowed_and_nothing_beyond_it_is_new()
    {
        var random = new Random(1);
        for (var round = 0; round < Rounds; round++)
        {
            var role = Role(random);
            var patch = RolePatch.Grant(role);
            var granted = Apply(role, patch);

            Assert.All(Needed(), request =>
                Assert.True(Allows(granted, request), $"{request.Verb} {request.Resource} by {granted["rules"]}"));
            Assert.All(Others(), request => Assert.Equal(Allows(role, request), Allows(granted, request)));
            Assert.Equal(Needed().All(request => Allows(role, request)), patch.IsEmpty);
            Assert.InRange(patch.Changed.Count, 0, 2);
            Assert.True(RolePatch.Grant(granted).IsEmpty);
        }
    }

    [Fact]
    public void Revoke_leaves_the_role_as_it_was_whatever_others_have_added_meanwhile()
    {
        var random = new Random(2);
        for (var round = 0; round < Rounds; round++)
        {
            var role = Role(random);
            var granted = Apply(role, RolePatch.Grant(role));
            var others = Rules(random);
            foreach (var target in (JsonObject[])[role, granted])
            {
                var rules = target["rules"] as JsonArray ?? [];
                foreach (var rule in others)
                {
                    rules.Insert(0, rule!.DeepClone());
                }

                target["rules"] = rules.Parent is null ? rules : rules.DeepClone();
            }

            var revoked = Apply(granted, RolePatch.Revoke(granted));

            Assert.True(JsonNode.DeepEquals(role["rules"], revoked["rules"]), $"{role["rules"]} became {revoked["rules"]}");
            Assert.Null(revoked["metadata"]!["annotations"]?[GrantedRules.AnnotationName]);
            Assert.True(RolePatch.Revoke(revoked).IsEmpty);
        }
    }

    [Fact]
    public void Grant_after_an_overwritten_role_notes_each_rule_once()
    {
        var role = JsonNode.Parse("""{"metadata":{"resourceVersion":"1"},"rules":[]}""")!.AsObject();
        var granted = Apply(role, RolePatch.Grant(role));
        granted["rules"] = new JsonArray();

        var again = Apply(granted, RolePatch.Grant(granted));

        Assert.Equal(2, GrantedRules.Read(again).Rules.Count);
        Assert.Equal(2, again["rules"]!.AsArray().Count);
    }

    private static IReadOnlyList<MilvusMonitoring.Kubernetes.Objects.PolicyRule> Parse(string rules) =>
        MilvusMonitoring.Kubernetes.Objects.PolicyRule.ParseAll(JsonNode.Parse($"[{rules}]"));

    private static JsonObject Apply(JsonObject role, RolePatch patch) =>
        (patch.IsEmpty ? role.DeepClone() : JsonPatch.Apply(role, JsonNode.Parse(patch.Operations.Span)!.AsArray())).AsObject();

    private static bool Allows(JsonObject role, RequestAttributes request) =>
        Held.ParseAll(role["rules"]).Any(rule => rule.Allows(request));

    private static IEnumerable<RequestAttributes> Needed() => Requests(Resources, Verbs);

    private static IEnumerable<RequestAttributes> Others() =>
        Requests(Resources, NoVerbs)
            .Concat(
                Requests([("discovery.k8s.io", "pods"), ("", "endpointslices"), ("", "secrets"), ("", "pods/log"), ("apps", "pods")], Verbs)
            );

    private static IEnumerable<RequestAttributes> Requests((string Group, string Resource)[] resources, string[] verbs) =>
        from resource in resources
        from verb in verbs
        let parts = resource.Resource.Split('/')
        select new RequestAttributes("somebody", [], verb)
        {
            ApiGroup = resource.Group,
            Resource = parts[0],
            Subresource = parts.ElementAtOrDefault(1) ?? "",
            Namespace = "n",
        };

    private static JsonObject Role(Random random)
    {
        var metadata = new JsonObject { ["name"] = "r", ["resourceVersion"] = "7" };
        if (random.Next(2) == 0)
        {
            metadata["annotations"] = new JsonObject { ["other"] = "value" };
        }

        var role = new JsonObject { ["metadata"] = metadata };
        if (random.Next(10) > 0)
        {
            role["rules"] = Rules(random);
        }

        return role;
    }

    private static JsonArray Rules(Random random)
    {
        var rules = new JsonArray();
        for (var count = random.Next(6); count > 0; count--)
        {
            var rule = new JsonObject
            {
                ["apiGroups"] = Some("", "", "discovery.k8s.io", "*", "apps"),
                ["resources"] = Some("pods", "services", "endpoints", "endpointslices", "*", "pods/log", "*/log", "secrets"),
                ["verbs"] = Some("get", "list", "watch", "get", "list", "watch", "*", "create"),
            };
            if (random.Next(5) == 0)
            {
                rule["resourceNames"] = new JsonArray("one");
            }

            rules.Add(rule);
        }

        return rules;

        JsonArray Some(params string[] all) =>
            new([
                .. all.Where(_ => random.Next(3) == 0)
                    .DefaultIfEmpty(all[random.Next(all.Length)])
                    .Distinct()
                    .Select(text => (JsonNode)text),
            ]);
    }
}
