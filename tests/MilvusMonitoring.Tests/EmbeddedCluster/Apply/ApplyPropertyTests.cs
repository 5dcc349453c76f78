using System.Text.Json.Nodes;
using EmbeddedCluster.Apply;

namespace MilvusMonitoring.Tests.EmbeddedCluster.Apply;

/// <summary>What must hold whatever is applied, tried on random configurations from a fixed seed.</summary>
public sealed class ApplyPropertyTests
{
    private const int Rounds = 300;

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly MergeSchema Schema = MergeSchema.FromDefinition(
        JsonNode.Parse(
            """
            {"type":"object","properties":{"spec":{"type":"object","properties":{
              "text":{"type":"string"},
              "map":{"type":"object","additionalProperties":{"type":"string"}},
              "whole":{"type":"object","x-kubernetes-map-type":"atomic","additionalProperties":{"type":"string"}},
              "list":{"type":"array","items":{"type":"string"}},
              "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
              "items":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","properties":{"name":{"type":"string"},"value":{"type":"string"}}}},
              "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}
            """
        ));

    [Fact]
    public void Applying_twice_changes_nothing_the_second_time()
    {
        var random = new Random(1);
        JsonObject? live = null;
        for (var round = 0; round < Rounds; round++)
        {
            var manager = random.Next(2) == 0 ? "a" : "b";
            var applied = Configuration(random, "");
            live = Apply(live, applied, manager, force: true).Object;

            Assert.Same(live, Apply(live, applied, manager, force: false, Now.AddDays(round + 1)).Object);
        }
    }

    [Fact]
    public void Managers_with_nothing_in_common_never_meet_and_leave_without_trace()
    {
        var random = new Random(2);
        for (var round = 0; round < Rounds; round++)
        {
            var mine = Configuration(random, "");
            var alone = Apply(null, mine, "a", force: false).Object;

            var both = Apply(alone, Configuration(random, "other-"), "b", force: false);
            Assert.Empty(both.Conflicts);
            var left = Apply(both.Object, Nothing(), "b", force: false).Object;

            AssertHolds(mine["spec"] ?? new JsonObject(), left["spec"], "spec");
            Assert.Equal(Owners(alone), Owners(left));
        }
    }

    [Fact]
    public void Force_gives_the_applier_all_it_names_and_everybody_still_owns_only_what_is_there()
    {
        var random = new Random(3);
        JsonObject? live = null;
        for (var round = 0; round < Rounds; round++)
        {
            var applied = Configuration(random, "");
            var manager = "m" + random.Next(3);

            live = Apply(live, applied, manager, force: true).Object;

            AssertHolds(applied["spec"] ?? new JsonObject(), live["spec"], "spec");
            var present = FieldSets.Of(live, Schema.Root).WithNamedFields(Schema.Root);
            foreach (var (id, entry) in ManagerTable.Of(live).Entries)
            {
                // An empty list of its own is owned through no field, so what is owned is never more than what is there.
                Assert.True(
                    entry.Fields.Difference(present).IsEmpty,
                    $"{id.Manager} owns {string.Join(' ', entry.Fields.Difference(present).Display())}");
            }
        }
    }

    [Fact]
    public void Field_sets_survive_being_written_and_read()
    {
        var random = new Random(4);
        for (var round = 0; round < Rounds; round++)
        {
            var fields = FieldSets.Of(Configuration(random, ""), Schema.Root);

            Assert.True(FieldSet.FromFieldsV1(fields.ToFieldsV1()).SameAs(fields));
        }
    }

    private static ApplyOutcome Apply(JsonObject? live, JsonObject applied, string manager, bool force, DateTimeOffset? now = null) =>
        ServerSideApply.Apply(live, applied, manager, "example.com/v1", force, now ?? Now, Schema);

    private static string Owners(JsonObject value) => value["metadata"]!["managedFields"]?.ToJsonString() ?? "nobody";

    private static JsonObject Nothing() =>
        new() { ["apiVersion"] = "example.com/v1", ["kind"] = "Thing", ["metadata"] = new JsonObject { ["name"] = "t" } };

    // A prefix keeps two managers apart where keys and items allow it; fields that have but one place are then left out.
    private static JsonObject Configuration(Random random, string prefix)
    {
        var spec = new JsonObject();
        Maybe("map", () => Map("k", "l", "m"));
        Maybe("set", () => new JsonArray([.. Some("1", "2", "3").Select(value => (JsonNode)(prefix + value))]));
        Maybe("items", () =>
            new JsonArray([.. Some("x", "y", "z").Select(name => new JsonObject { ["name"] = prefix + name, ["value"] = Value() })]));
        Maybe("free", () => Map("p", "q"));
        if (prefix.Length == 0)
        {
            Maybe("text", () => Value());
            Maybe("whole", () => Map("w"));
            Maybe("list", () => new JsonArray(Value()));
        }

        var result = Nothing();
        if (spec.Count > 0)
        {
            result["spec"] = spec;
        }

        return result;

        void Maybe(string name, Func<JsonNode> value)
        {
            if (random.Next(2) == 0)
            {
                spec[name] = value();
            }
        }

        JsonNode Value() => "v" + random.Next(3);

        JsonObject Map(params string[] keys) => new(Some(keys).Select(key => KeyValuePair.Create(prefix + key, (JsonNode?)Value())));

        // At least one: an empty map or list is the same field for both managers.
        string[] Some(params string[] all)
        {
            var some = all.Where(_ => random.Next(2) == 0).ToArray();
            return some.Length == 0 ? all[..1] : some;
        }
    }

    private static void AssertHolds(JsonNode? wanted, JsonNode? actual, string path)
    {
        switch (wanted)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields)
                {
                    AssertHolds(value, actual?[name], $"{path}.{name}");
                }

                break;
            case JsonArray items when actual is JsonArray held:
                Assert.All(items, item => Assert.Contains(held, other => JsonNode.DeepEquals(item, other)));
                break;
            default:
                Assert.True(JsonNode.DeepEquals(wanted, actual), $"{path}: {wanted?.ToJsonString()} became {actual?.ToJsonString()}");
                break;
        }
    }
}
