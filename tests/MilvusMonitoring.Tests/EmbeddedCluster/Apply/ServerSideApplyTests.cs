using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Apply;

public sealed class ServerSideApplyTests
{
    private static readonly DateTimeOffset Then = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Then.AddHours(1);
    private static readonly MergeSchema ConfigMap = MergeSchema.For("", "ConfigMap");
    private static readonly MergeSchema Deployment = MergeSchema.For("apps", "Deployment");

    [Fact]
    public void Applying_the_same_again_hands_back_the_live_object_itself()
    {
        var live = Apply(null, Config("""{"k":"v"}"""), "a").Object;

        Assert.Same(live, Apply(live, Config("""{"k":"v"}"""), "a", now: Later).Object);
    }

    [Fact]
    public void The_object_applied_to_is_left_as_it_was()
    {
        var live = Apply(null, Config("""{"k":"v"}"""), "a").Object;
        var before = live.ToJsonString();

        var next = Apply(live, Config("""{"k":"w"}"""), "a").Object;

        Assert.Equal(before, live.ToJsonString());
        Assert.Equal("w", (string?)next["data"]!["k"]);
    }

    [Fact]
    public void A_field_no_longer_applied_goes_unless_another_manager_owns_it_too()
    {
        var live = Apply(null, Config("""{"mine":"1","shared":"2"}"""), "a").Object;
        live = Apply(live, Config("""{"shared":"2"}"""), "b").Object;

        live = Apply(live, Nothing(), "a").Object;

        Assert.Equal("""{"shared":"2"}""", live["data"]!.ToJsonString());
        Assert.Equal("b", (string?)Assert.Single(Owners(live))!["manager"]);
    }

    [Fact]
    public void A_field_that_nobody_applied_stays()
    {
        var live = Apply(null, Config("""{"mine":"1"}"""), "a").Object;
        var edited = live.DeepClone().AsObject();
        edited["data"]!["theirs"] = "2";
        ManagedFields.RecordUpdate(live, edited, "editor", "v1", null, Later, ConfigMap);

        var next = Apply(edited, Nothing(), "a").Object;

        Assert.Equal("""{"theirs":"2"}""", next["data"]!.ToJsonString());
    }

    [Fact]
    public void Equal_values_are_owned_together_and_the_second_owner_then_meets_the_first()
    {
        var live = Apply(null, Config("""{"k":"v"}"""), "a").Object;
        var shared = Apply(live, Config("""{"k":"v"}"""), "b", now: Later);
        Assert.Empty(shared.Conflicts);
        Assert.Equal(["2026-01-02T03:04:05Z", "2026-01-02T04:04:05Z"], Owners(shared.Object).Select(entry => (string)entry!["time"]!));

        var outcome = Apply(shared.Object, Config("""{"k":"w"}"""), "b");

        Assert.Equal([("a", ".data.k")], outcome.Conflicts.Select(conflict => (conflict.Manager, conflict.Field)));
        Assert.Same(shared.Object, outcome.Object);
    }

    [Fact]
    public void Conflicts_with_several_managers_are_told_by_manager_and_field()
    {
        var live = Apply(null, Config("""{"a":"1","b":"1"}"""), "x").Object;
        var edited = live.DeepClone().AsObject();
        edited["data"]!["c"] = "1";
        ManagedFields.RecordUpdate(live, edited, "editor", "v1", null, Then, ConfigMap);

        var conflicts = Apply(edited, Config("""{"a":"2","b":"2","c":"2"}"""), "y").Conflicts;

        Assert.Equal(
            "Apply failed with 3 conflicts: conflicts with \"editor\" using v1:\n- .data.c\nconflicts with \"x\":\n- .data.a\n- .data.b",
            FieldConflict.Summary(conflicts));
    }

    [Fact]
    public void Containers_are_told_apart_by_name_and_their_fields_owned_one_by_one()
    {
        var live = Apply(null, Pod("""{"name":"a","image":"one"},{"name":"b","image":"two"}"""), "x", Deployment).Object;

        var outcome = Apply(live, Pod("""{"name":"a","image":"other"}"""), "y", Deployment);
        Assert.Equal(".spec.template.spec.containers[name=\"a\"].image", Assert.Single(outcome.Conflicts).Field);

        var added = Apply(live, Pod("""{"name":"a","env":[{"name":"E","value":"1"}]}"""), "y", Deployment).Object;
        Assert.Equal(
            """[{"name":"a","image":"one","env":[{"name":"E","value":"1"}]},{"name":"b","image":"two"}]""",
            added["spec"]!["template"]!["spec"]!["containers"]!.ToJsonString());
    }

    [Fact]
    public void A_port_without_protocol_is_the_tcp_port()
    {
        var service = MergeSchema.For("", "Service");
        var live = Apply(
            null,
            Service("""{"port":80,"protocol":"TCP","name":"web"},{"port":80,"protocol":"UDP","name":"dns"}"""),
            "x",
            service).Object;

        var outcome = Apply(live, Service("""{"port":80,"name":"other"}"""), "y", service);

        Assert.Equal(".spec.ports[port=80,protocol=\"TCP\"].name", Assert.Single(outcome.Conflicts).Field);
    }

    [Fact]
    public void An_object_that_was_never_tracked_belongs_to_its_past()
    {
        var live = Config("""{"k":"v"}""");

        var outcome = Apply(live, Config("""{"k":"w"}"""), "a");

        Assert.Equal(("before-first-apply", ".data.k"), (Assert.Single(outcome.Conflicts).Manager, outcome.Conflicts[0].Field));
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"c","managedFields":[]}}""", 400, "metadata.managedFields must be nil")]
    [InlineData(
        """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"n"},"a":1,"b":2}""",
        500,
        "failed to create typed patch object (n/c; /v1, Kind=ConfigMap): errors:\n  .a: field not declared in schema\n  .b: field not "
            + "declared in schema"
    )]
    public void What_does_not_fit_is_refused(string applied, int code, string message)
    {
        var refusal = Assert.Throws<PatchException>(() => Apply(null, Json(applied), "a"));

        Assert.Equal((code, message), (refusal.Code, refusal.Message));
    }

    [Fact]
    public void Two_containers_of_one_name_are_refused()
    {
        var refusal = Assert.Throws<PatchException>(() => Apply(null, Pod("""{"name":"a"},{"name":"a"}"""), "x", Deployment));

        Assert.EndsWith(
            ".spec.template.spec.containers: duplicate entries for key [name=\"a\"]",
            refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_recorded_before_a_list_became_atomic_are_owned_as_the_whole_list()
    {
        const string Schema =
            """{"type":"object","properties":{"list":{"type":"array","x-kubernetes-list-type":"KIND","items":{"type":"string"}}}}""";
        var asSet = MergeSchema.FromDefinition(JsonNode.Parse(Schema.Replace("KIND", "set", StringComparison.Ordinal)));
        var asWhole = MergeSchema.FromDefinition(JsonNode.Parse(Schema.Replace("KIND", "atomic", StringComparison.Ordinal)));
        var live = Apply(null, Json("""{"metadata":{"name":"c"},"list":["a"]}"""), "x", asSet).Object;

        var outcome = Apply(live, Json("""{"metadata":{"name":"c"},"list":["b"]}"""), "y", asWhole);

        Assert.Equal(".list", Assert.Single(outcome.Conflicts).Field);
    }

    private static ApplyOutcome Apply(
        JsonObject? live,
        JsonObject applied,
        string manager,
        MergeSchema? schema = null,
        DateTimeOffset? now = null) => ServerSideApply.Apply(live, applied, manager, "v1", force: false, now ?? Then, schema ?? ConfigMap);

    private static JsonArray Owners(JsonObject value) => value["metadata"]!["managedFields"]!.AsArray();

    private static JsonObject Config(string data) =>
        Json($$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"n"},"data":{{data}} }""");

    private static JsonObject Nothing() => Json("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"n"}}""");

    private static JsonObject Pod(string containers) =>
        Json(
            $$$$$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"n"},"spec":{"template":{"spec":{"containers":[{{{{{containers}}}}}]}}}}"""
        );

    private static JsonObject Service(string ports) =>
        Json($$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"n"},"spec":{"ports":[{{ports}}] } }""");

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();
}
