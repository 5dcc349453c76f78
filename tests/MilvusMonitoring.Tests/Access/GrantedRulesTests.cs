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
        Assert.Single(RulesOf(Role, """[{"apiGroups":[""],"resources":["nodes/metrics"],"verbs":["get"]}]"""));

    [Fact]
    public void A_role_without_rules_gets_them() => Assert.Single(RulesOf("""{"kind":"ClusterRole"}""", $"[{Rule}]"));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("""["\ud800"]""")]
    [InlineData("""[{"verbs":[],"verbs":[]}]""")]
    public void A_damaged_annotation_adds_nothing(string granted) => Assert.Single(RulesOf(Role, granted));

    private static JsonArray RulesOf(string role, string granted) =>
        JsonNode.Parse(GrantedRules.AddTo(Encoding.UTF8.GetBytes(role), granted).Span)!["rules"]!.AsArray();
}
