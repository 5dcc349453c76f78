using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.Access;

/// <summary>What Grant or Revoke changes in a foreign role, as a JSON patch that applies to one resource version only.</summary>
/// <param name="Changed">The added or removed rules.</param>
/// <param name="Rules">All rules of the role after the patch.</param>
/// <param name="Annotation">The value of <see cref="GrantedRules.AnnotationName"/> after the patch; null for no annotation.</param>
/// <param name="Operations">The JSON patch, UTF-8; empty if nothing changes.</param>
internal sealed record RolePatch(
    IReadOnlyList<PolicyRule> Changed,
    IReadOnlyList<PolicyRule> Rules,
    string? Annotation,
    ReadOnlyMemory<byte> Operations)
{
    private const string AnnotationPath = "/metadata/annotations/milvus-monitoring~1granted-rules";

    /// <summary>Whether the role is already as wanted.</summary>
    public bool IsEmpty => Operations.IsEmpty;

    /// <summary>
    /// Adds the rules that the role lacks, and records them in the annotation, together with earlier granted rules that the role still has.
    /// </summary>
    public static RolePatch Grant(JsonObject role)
    {
        var live = role["rules"] as JsonArray;
        var missing = DiscoveryRules.ListMissing(PolicyRule.ParseAll(live));
        if (missing.Count == 0)
        {
            return Empty(live);
        }

        var additions = missing.Select(rule => rule.ToJson()).ToList();
        var earlier = GrantedRules
            .Read(role)
            .Rules.Select(granted => granted.ToJson())
            .Where(granted => (live ?? []).Any(rule => JsonEquality.AreEqual(rule, granted)));
        var annotation = new JsonArray([.. earlier.Concat(additions).Select(rule => rule.DeepClone())]).ToJsonString();
        var repeated = ListRepeated(live ?? []);
        var operations = new List<JsonObject> { Test(role) };
        operations.AddRange(repeated.Reverse().Select(index => Remove($"/rules/{index}")));
        operations.AddRange(live is null
            ? [Add("/rules", new JsonArray([.. additions]))]
            : additions.Select(rule => Add("/rules/-", rule)));
        operations.Add(role["metadata"]?["annotations"] is JsonObject
            ? Add(AnnotationPath, annotation)
            : Add("/metadata/annotations", new JsonObject { [GrantedRules.AnnotationName] = annotation }));
        var kept = new JsonArray([.. (live ?? []).Where((_, index) => !repeated.Contains(index)).Select(rule => rule?.DeepClone())]);
        return new RolePatch(missing, [.. PolicyRule.ParseAll(kept), .. missing], annotation, Serialize(operations));
    }

    /// <summary>
    /// Removes the annotation and each rule that the annotation lists, once. All other rules stay, equal rules among them.
    /// </summary>
    public static RolePatch Revoke(JsonObject role)
    {
        var live = role["rules"] as JsonArray ?? [];
        if (role["metadata"]?["annotations"]?[GrantedRules.AnnotationName] is null)
        {
            return Empty(live);
        }

        var removed = new SortedSet<int>();
        foreach (var granted in GrantedRules.Read(role).Rules.Select(rule => rule.ToJson()))
        {
            // Grant adds at the end: of several equal rules the last is its own.
            var index = Enumerable
                .Range(0, live.Count)
                .Reverse()
                .FirstOrDefault(index => !removed.Contains(index) && JsonEquality.AreEqual(live[index], granted), -1);
            if (index >= 0)
            {
                removed.Add(index);
            }
        }

        var operations = new List<JsonObject> { Test(role) };
        operations.AddRange(removed.Reverse().Select(index => Remove($"/rules/{index}")));
        operations.Add(Remove(AnnotationPath));
        return new RolePatch(
            PolicyRule.ParseAll(new JsonArray([.. removed.Select(index => live[index]!.DeepClone())])),
            PolicyRule.ParseAll(new JsonArray([.. live.Where((_, index) => !removed.Contains(index)).Select(rule => rule?.DeepClone())])),
            null,
            Serialize(operations));
    }

    /// <summary>Lists the discovery rules that the role has a second time, as after the documentation's patch was run twice.</summary>
    private static SortedSet<int> ListRepeated(JsonArray live)
    {
        var repeated = Enumerable.Range(0, live.Count).Where(index =>
            GrantedRules.FindAdded(new JsonArray(live[index]?.DeepClone()), null) is not null
            && live.Take(index).Any(earlier => JsonEquality.AreEqual(earlier, live[index])));
        return [.. repeated];
    }

    private static RolePatch Empty(JsonArray? live) => new([], PolicyRule.ParseAll(live), null, default);

    private static JsonObject Test(JsonObject role) =>
        new()
        {
            ["op"] = "test",
            ["path"] = "/metadata/resourceVersion",
            ["value"] = role["metadata"]?["resourceVersion"]?.DeepClone(),
        };

    private static JsonObject Add(string path, JsonNode value) => new() { ["op"] = "add", ["path"] = path, ["value"] = value };

    private static JsonObject Remove(string path) => new() { ["op"] = "remove", ["path"] = path };

    private static ReadOnlyMemory<byte> Serialize(List<JsonObject> operations) =>
        JsonSerializer.SerializeToUtf8Bytes(new JsonArray([.. operations]));
}
