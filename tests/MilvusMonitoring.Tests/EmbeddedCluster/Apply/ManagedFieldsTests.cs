using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Apply;

public sealed class ManagedFieldsTests
{
    private static readonly DateTimeOffset Then = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Then.AddHours(1);

    [Fact]
    public void A_posted_deployment_is_owned_in_the_form_of_real_servers()
    {
        var posted = Json("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"n","uid":"u","creationTimestamp":"2026-01-02T03:04:05Z","labels":{"app":"x"}},
             "spec":{"replicas":1,"selector":{"matchLabels":{"app":"x"}},"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%"}},
              "template":{"metadata":{"creationTimestamp":null,"labels":{"app":"x"}},
               "spec":{"containers":[{"name":"m","image":"i","ports":[{"containerPort":80,"protocol":"TCP"}],"resources":{}}],"volumes":[{"name":"v","emptyDir":{}}]}}},"status":{}}
            """);

        ManagedFields.RecordUpdate(null, posted, "kubectl-create", "apps/v1", null, Then, MergeSchema.For("apps", "Deployment"));

        const string Expected = """
            {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:replicas":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{}},"f:type":{}},"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"m\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:protocol":{}}},"f:resources":{}}},"f:volumes":{".":{},"k:{\"name\":\"v\"}":{".":{},"f:emptyDir":{},"f:name":{}}}}}}}
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Expected), Fields(posted, 0)), Fields(posted, 0).ToJsonString());
    }

    [Fact]
    public void A_posted_custom_resource_owns_its_containers_too()
    {
        var schema = MergeSchema.FromDefinition(
            JsonNode.Parse("""{"type":"object","properties":{"spec":{"type":"object","properties":{"size":{"type":"integer"}}}}}""")
        );
        var posted = Json("""{"apiVersion":"e/v1","kind":"W","metadata":{"name":"w"},"spec":{"size":1}}""");

        ManagedFields.RecordUpdate(null, posted, "m", "e/v1", null, Then, schema);

        Assert.Equal("""{"f:spec":{".":{},"f:size":{}}}""", Fields(posted, 0).ToJsonString());
    }

    [Fact]
    public void A_change_leaves_its_former_owner_and_a_removed_field_leaves_all()
    {
        var live = Config("""{"a":"1","b":"1","c":"1"}""");
        ManagedFields.RecordUpdate(null, live, "first", "v1", null, Then, MergeSchema.For("", "ConfigMap"));
        var next = Config("""{"a":"1","b":"2"}""");

        ManagedFields.RecordUpdate(live, next, "second", "v1", null, Later, MergeSchema.For("", "ConfigMap"));

        Assert.Equal("""{"f:data":{".":{},"f:a":{}}}""", Fields(next, 0).ToJsonString());
        Assert.Equal("""{"f:data":{"f:b":{}}}""", Fields(next, 1).ToJsonString());
    }

    [Fact]
    public void Writing_the_same_again_keeps_entries_and_times()
    {
        var live = Config("""{"a":"1"}""");
        ManagedFields.RecordUpdate(null, live, "first", "v1", null, Then, MergeSchema.For("", "ConfigMap"));
        var next = Config("""{"a":"1"}""");

        ManagedFields.RecordUpdate(live, next, "second", "v1", null, Later, MergeSchema.For("", "ConfigMap"));

        Assert.Equal(live["metadata"]!["managedFields"]!.ToJsonString(), next["metadata"]!["managedFields"]!.ToJsonString());
    }

    [Fact]
    public void One_empty_entry_makes_the_server_forget_all_owners_for_good()
    {
        var live = Config("""{"a":"1"}""");
        ManagedFields.RecordUpdate(null, live, "first", "v1", null, Then, MergeSchema.For("", "ConfigMap"));
        var next = Config("""{"a":"2"}""");
        next["metadata"]!["managedFields"] = new JsonArray(new JsonObject());

        ManagedFields.RecordUpdate(live, next, "second", "v1", null, Later, MergeSchema.For("", "ConfigMap"));

        Assert.Null(next["metadata"]!["managedFields"]);
    }

    private static JsonNode Fields(JsonObject value, int entry) => value["metadata"]!["managedFields"]![entry]!["fieldsV1"]!;

    private static JsonObject Config(string data) =>
        Json($$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"n"},"data":{{data}} }""");

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();
}
