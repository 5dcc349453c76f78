using System.Text;
using System.Text.Json.Nodes;
using MilvusMonitoring.KubePrometheus;

namespace MilvusMonitoring.Tests.Access;

public sealed class GrantedRulesTests
{
    private const string Role = """{"kind":"ClusterRole","rules":[{"apiGroups":[""],"resources":["nodes/metrics"],"verbs":["get"]}]}""";
    private const string Rule = """{"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch"]}""";

    [Fact]
    public void Granted_rules_are_added_behind_the_role_s_own()
    {
        var rules = RulesOf(Role, $"[{Rule}]");
        Assert.Equal(2, rules.Count);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Rule), rules[1]));
    }

    [Fact]
    public void A_rule_that_the_role_has_is_not_added_again() =>
        Assert.Single(RulesOf($$"""{"kind":"ClusterRole","rules":[{{Rule}}]}""", $"[{Rule},{Rule}]"));

    [Fact]
    public void A_role_without_rules_gets_them() => Assert.Single(RulesOf("""{"kind":"ClusterRole"}""", $"[{Rule}]"));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("""["\ud800"]""")]
    [InlineData("""[{"verbs":[],"verbs":[]}]""")]
    public void A_damaged_annotation_adds_nothing(string granted) => Assert.Single(RulesOf(Role, granted));

    [Theory]
    [InlineData("""{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["pods"],"verbs":["get","create"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["pods","secrets"],"verbs":["get"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["pods/exec"],"verbs":["get"]}""")]
    [InlineData("""{"apiGroups":["","rbac.authorization.k8s.io"],"resources":["pods"],"verbs":["get"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["endpointslices"],"verbs":["get"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["pods"],"verbs":["Get"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["pods"],"verbs":["get"],"nonResourceURLs":["/*"]}""")]
    [InlineData("""{"nonResourceURLs":["/metrics"],"verbs":["get"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["pods"],"verbs":["get"],"resourceNames":["one"]}""")]
    [InlineData("""{"apiGroups":[1],"resources":["pods"],"verbs":["get"]}""")]
    [InlineData("""{"apiGroups":[""],"resources":["pods"],"verbs":[]}""")]
    [InlineData("\"pods\"")]
    public void A_rule_that_Grant_could_not_have_written_is_ignored_and_counted(string rule)
    {
        var granted = GrantedRules.Parse($"[{rule},{Rule}]");

        Assert.Equal(1, granted.Ignored);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Rule), Assert.Single(granted.Rules).ToJson()));
    }

    private static JsonArray RulesOf(string role, string granted) =>
        JsonNode.Parse(GrantedRules.Parse(granted).AddTo(Encoding.UTF8.GetBytes(role)).Span)!["rules"]!.AsArray();
}
