using System.Globalization;
using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Apply;

/// <summary>Every recorded apply and JSON patch, played again on the object that the real server held.</summary>
public sealed class RecordedApplyTests
{
    [Theory]
    [InlineData("v1.36")]
    [InlineData("v1.20")]
    public void A_new_config_map_is_owned_by_its_applier(string version)
    {
        var recording = Recordings.Load(version, "03-apply-errors.json");

        var outcome = Play(null, recording[0]);

        AssertSameOwnersAndContent(recording[0].Answer(), outcome.Object);
    }

    [Theory]
    [InlineData("v1.36")]
    [InlineData("v1.20")]
    public void Another_managers_value_is_a_conflict_in_the_words_of_the_server(string version)
    {
        var recording = Recordings.Load(version, "03-apply-errors.json");

        var outcome = Play(recording[0].Answer(), recording[1]);

        AssertConflict(recording[1].Answer(), outcome);
    }

    [Theory]
    [InlineData("v1.36")]
    [InlineData("v1.20")]
    public void Force_moves_the_field_to_the_new_manager(string version)
    {
        var recording = Recordings.Load(version, "03-apply-errors.json");

        var outcome = Play(recording[0].Answer(), recording[2]);

        AssertSameOwnersAndContent(recording[2].Answer(), outcome.Object);
    }

    [Fact]
    public void A_field_that_the_kind_does_not_have_is_refused_in_the_words_of_the_server()
    {
        var recording = Recordings.Load("v1.36", "03-apply-errors.json");

        var refusal = Assert.Throws<PatchException>(() => Play(recording[2].Answer(), recording[5]));

        Assert.Equal((500, null, (string?)recording[5].Answer()["message"]), (refusal.Code, refusal.Reason, refusal.Message));
    }

    [Fact]
    public void A_field_that_a_custom_resource_does_not_have_is_refused_in_the_words_of_the_server()
    {
        var recording = Recordings.Load("v1.36", "04-crd-established.json");
        var schema = MergeSchema.FromDefinition(recording[0].Request()["body"]!["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]);

        var refusal = Assert.Throws<PatchException>(() => Play(recording[2].Answer(), recording[5], schema));

        Assert.Equal(((string?)recording[5].Answer()["message"], 500), (refusal.Message, refusal.Code));
    }

    [Theory]
    [InlineData("v1.36")]
    [InlineData("v1.20")]
    public void A_definition_is_owned_down_to_its_versions_and_no_deeper(string version)
    {
        var recording = Recordings.Load(version, "04-crd-established.json");

        var outcome = Play(null, recording[0]);

        AssertSameOwners(recording[0].Answer(), outcome.Object);
    }

    [Fact]
    public void The_status_that_the_server_writes_into_a_definition_is_owned_by_the_server()
    {
        var recording = Recordings.Load("v1.36", "04-crd-established.json");
        var created = recording[0].Answer();
        var established = recording[3].Answer().DeepClone().AsObject();
        var expected = established.DeepClone().AsObject();
        established["metadata"]!.AsObject().Remove("managedFields");

        ManagedFields.RecordUpdate(
            created,
            established,
            "kube-apiserver",
            "apiextensions.k8s.io/v1",
            "status",
            TimeOf(expected),
            MergeSchema.For("apiextensions.k8s.io", "CustomResourceDefinition"));

        AssertSameOwners(expected, established);
    }

    [Theory]
    [InlineData("v1.36")]
    [InlineData("v1.20")]
    public void A_custom_resource_is_owned_by_its_applier(string version)
    {
        var recording = Recordings.Load(version, "04-crd-established.json");
        var created = recording.First(exchange =>
            (int?)exchange!["response"]?["status"] == 201 && exchange.Answer()["kind"]!.ToString() == "Widget");
        var schema = MergeSchema.FromDefinition(recording[0].Request()["body"]!["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]);

        var outcome = Play(null, created, schema);

        AssertSameOwnersAndContent(created.Answer(), outcome.Object);
    }

    [Theory]
    [InlineData("v1.36")]
    [InlineData("v1.20")]
    public void A_json_patch_takes_the_rules_from_their_applier_who_then_meets_a_conflict(string version)
    {
        var recording = Recordings.Load(version, "05-clusterrole-json-patch.json");
        var live = Play(null, recording[0]).Object;
        AssertSameOwnersAndContent(recording[0].Answer(), live);

        foreach (var step in new[] { 1, 2, 5 })
        {
            live = PlayJsonPatch(step == 1 ? recording[0].Answer() : live, recording[step]);
            AssertSameOwnersAndContent(recording[step].Answer(), live);
            live["metadata"]!["resourceVersion"] = recording[step].Answer()["metadata"]!["resourceVersion"]!.DeepClone();
        }

        AssertConflict(recording[7].Answer(), Play(live, recording[7]));
    }

    [Theory]
    [InlineData("v1.36")]
    [InlineData("v1.20")]
    public void A_json_patch_whose_test_fails_is_refused_in_the_words_of_the_server(string version)
    {
        var recording = Recordings.Load(version, "05-clusterrole-json-patch.json");

        var refusal = Assert.Throws<PatchException>(() => PlayJsonPatch(recording[3].Answer(), recording[4]));

        var status = recording[4].Answer();
        Assert.Equal(
            ((int?)status["code"], (string?)status["reason"], (string?)status["message"]),
            (refusal.Code, refusal.Reason, refusal.Message));
    }

    // Not of 1.20, which looked into roleRef.
    [Fact]
    public void A_role_binding_is_owned_as_one_reference_and_one_list()
    {
        var recording = Recordings.Load("v1.36", "06-authn-authz.json");

        var outcome = Play(null, recording[5]);

        AssertSameOwnersAndContent(recording[5].Answer(), outcome.Object);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void A_posted_access_review_is_owned_by_its_unknown_author(int step)
    {
        var recorded = Recordings.Load("v1.36", "06-authn-authz.json")[step];
        var posted = recorded.Request()["body"]!.DeepClone().AsObject();

        ManagedFields.RecordUpdate(
            null,
            posted,
            "unknown",
            "authorization.k8s.io/v1",
            null,
            TimeOf(recorded.Answer()),
            MergeSchema.For("authorization.k8s.io", (string)posted["kind"]!));

        AssertSameOwners(recorded.Answer(), posted);
    }

    // Not of 1.20, which kept the finalizers that nobody owns.
    [Fact]
    public void Giving_up_the_last_finalizer_of_ones_own_clears_the_list()
    {
        var recording = Recordings.Load("v1.36", "08-delete-and-finalizers.json");
        var schema = MergeSchema.For("", "ConfigMap");
        var held = Play(null, recording[2], schema).Object;
        AssertSameOwnersAndContent(recording[2].Answer(), held);

        var released = Play(recording[3].Answer(), recording[4], schema).Object;

        AssertSameOwnersAndContent(recording[4].Answer(), released);
    }

    private static ApplyOutcome Play(JsonObject? live, JsonNode? exchange, MergeSchema? schema = null)
    {
        var request = exchange.Request();
        var path = (string)request["path"]!;
        var applied = request["body"]!.AsObject();
        var apiVersion = (string)applied["apiVersion"]!;
        var group = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion.Split('/')[0] : "";
        var manager = path.Split("fieldManager=")[1].Split('&')[0];
        return ServerSideApply.Apply(
            live,
            applied,
            manager,
            apiVersion,
            path.Contains("force=true", StringComparison.Ordinal),
            TimeOf(exchange.Answer()),
            schema ?? MergeSchema.For(group, (string)applied["kind"]!));
    }

    private static JsonObject PlayJsonPatch(JsonObject live, JsonNode? exchange)
    {
        var path = (string)exchange.Request()["path"]!;
        var manager = path.Contains("fieldManager=", StringComparison.Ordinal) ? path.Split("fieldManager=")[1] : "unknown";
        var patched = JsonPatch.Apply(live, exchange.Request()["body"]!.AsArray()).AsObject();
        var schema = MergeSchema.For("rbac.authorization.k8s.io", "ClusterRole");
        ManagedFields.RecordUpdate(live, patched, manager, (string)live["apiVersion"]!, null, TimeOf(exchange.Answer()), schema);
        return patched;
    }

    private static DateTimeOffset TimeOf(JsonObject answer)
    {
        var times = (answer["metadata"]?["managedFields"] as JsonArray ?? []).Select(entry => (string)entry!["time"]!);
        return DateTimeOffset.Parse(times.Max(StringComparer.Ordinal) ?? "2026-11-22T00:00:00Z", CultureInfo.InvariantCulture);
    }

    private static void AssertConflict(JsonObject status, ApplyOutcome outcome)
    {
        var cause = status["details"]!["causes"]![0]!;
        var conflict = Assert.Single(outcome.Conflicts);
        Assert.Equal((string?)status["message"], FieldConflict.Summary(outcome.Conflicts));
        Assert.Equal((string?)cause["message"], conflict.CauseMessage);
        Assert.Equal((string?)cause["field"], conflict.Field);
    }

    private static void AssertSameOwners(JsonObject expected, JsonObject actual) =>
        Assert.Equal(expected["metadata"]!["managedFields"]?.ToJsonString(), Sorted(expected, actual)?.ToJsonString());

    // Servers differ in the order of an entry's members (custom resources: alphabetical), which means nothing.
    private static JsonArray? Sorted(JsonObject expected, JsonObject actual)
    {
        if (actual["metadata"]!["managedFields"] is not JsonArray entries)
        {
            return null;
        }

        var order = expected["metadata"]!["managedFields"]!.AsArray();
        return new JsonArray([.. entries.Select((entry, index) => (JsonNode)new JsonObject(entry!.AsObject()
            .OrderBy(member => order[Math.Min(index, order.Count - 1)]!.AsObject().IndexOf(member.Key))
            .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))))]);
    }

    private static void AssertSameOwnersAndContent(JsonObject expected, JsonObject actual)
    {
        AssertSameOwners(expected, actual);
        foreach (var (name, value) in expected.Where(member => member.Key != "metadata"))
        {
            Assert.True(JsonNode.DeepEquals(value, actual[name]), $"{name}: {value?.ToJsonString()} became {actual[name]?.ToJsonString()}");
        }

        foreach (var name in new[] { "labels", "finalizers" })
        {
            Assert.Equal(expected["metadata"]![name]?.ToJsonString(), actual["metadata"]![name]?.ToJsonString());
        }
    }
}
