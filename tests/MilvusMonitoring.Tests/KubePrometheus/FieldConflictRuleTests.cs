using System.Text.Json.Nodes;
using MilvusMonitoring.KubePrometheus;

namespace MilvusMonitoring.Tests.KubePrometheus;

public sealed class FieldConflictRuleTests
{
    [Theory]
    [InlineData("""{"f:spec":{"f:replicas":{}}}""", """{"spec":{"replicas":3}}""", """{"spec":{"replicas":2}}""", ".spec.replicas")]
    [InlineData("""{"f:spec":{"f:replicas":{}}}""", """{"spec":{"replicas":2}}""", """{"spec":{"replicas":2}}""", "")]
    [InlineData("""{"f:spec":{"f:replicas":{}}}""", """{"spec":{"replicas":2}}""", """{"spec":{"paused":true}}""", "")]
    [InlineData("""{"f:rules":{}}""", """{"rules":[1]}""", """{"rules":[1,2]}""", ".rules")]
    [InlineData("""{"f:labels":{".":{},"f:a":{}}}""", """{"labels":{"a":"1"}}""", """{"labels":{"b":"2"}}""", "")]
    [InlineData(
        """{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{}}}}""",
        """{"ports":[{"port":80,"protocol":"TCP","name":"a"}]}""",
        """{"ports":[{"port":80,"name":"b"}]}""",
        """.ports[port=80,protocol="TCP"].name""")]
    public void A_field_of_another_manager_with_another_value_is_a_conflict(string fields, string live, string wanted, string expected)
    {
        var before = JsonNode.Parse(live)!.AsObject();
        before["metadata"] = new JsonObject
        {
            ["managedFields"] = new JsonArray(
                Entry("helm", fields, null),
                Entry("milvus-monitoring", """{"f:own":{}}""", null),
                Entry("controller", fields, "status")),
        };
        before["own"] = 1;
        var after = JsonNode.Parse(wanted)!.AsObject();
        after["own"] = 2;

        var found = FieldConflictRule.List(before, after);

        Assert.Equal(expected, string.Join(' ', found.Select(field => field.Path)));
        Assert.All(found, field => Assert.Equal("helm", field.Manager));
    }

    /// <summary>As kubectl scale and autoscalers write it.</summary>
    [Fact]
    public void Replicas_that_a_subresource_wrote_are_a_conflict()
    {
        var live = JsonNode.Parse("""{"spec":{"replicas":0}}""")!.AsObject();
        live["metadata"] = new JsonObject
        {
            ["managedFields"] = new JsonArray(Entry("kubectl", """{"f:spec":{"f:replicas":{}}}""", "scale")),
        };

        var found = Assert.Single(FieldConflictRule.List(live, JsonNode.Parse("""{"spec":{"replicas":1}}""")!.AsObject()));

        Assert.Equal(("kubectl", ".spec.replicas"), (found.Manager, found.Path));
    }

    private static JsonObject Entry(string manager, string fields, string? subresource) => new()
    {
        ["manager"] = manager,
        ["operation"] = "Apply",
        ["subresource"] = subresource,
        ["fieldsV1"] = JsonNode.Parse(fields),
    };
}
