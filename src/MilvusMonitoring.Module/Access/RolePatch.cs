using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.KubePrometheus;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.Access;

/// <summary>What Grant or Revoke changes in a role that is others', as a JSON patch that holds for one resource version only.</summary>
/// <param name="Changed">The rules that are added or taken away.</param>
/// <param name="Rules">All rules of the role afterwards.</param>
/// <param name="Noted">What the annotation of the role says afterwards; null for nothing.</param>
/// <param name="Operations">The JSON patch, UTF-8; empty where nothing is to be changed.</param>
internal sealed record RolePatch(
    IReadOnlyList<PolicyRule> Changed,
    IReadOnlyList<PolicyRule> Rules,
    string? Noted,
    ReadOnlyMemory<byte> Operations)
{
    private const string AnnotationPath = "/metadata/annotations/milvus-monitoring~1granted-rules";

    /// <summary>Whether the role is already as wanted.</summary>
    public bool IsEmpty => Operations.IsEmpty;

    /// <summary>Adds what the role lacks, and notes it in the annotation next to what Grant added before and still stands.</summary>
    /// <param name="role">The role as it is.</param>
    public static RolePatch ToGrant(JsonObject role)
    {
        var live = role["rules"] as JsonArray;
        var missing = DiscoveryRules.MissingFrom(PolicyRule.ParseAll(live));
        if (missing.Count == 0)
        {
            return Nothing(live);
        }

        var additions = missing.Select(rule => rule.ToJson()).ToList();
        var standing = GrantedRules.Read(role).Where(granted => (live ?? []).Any(rule => JsonEquality.AreEqual(rule, granted)));
        var noted = new JsonArray([.. standing.Concat(additions).Select(rule => rule?.DeepClone())]).ToJsonString();
        var operations = new List<JsonObject> { Test(role) };
        operations.AddRange(live is null
            ? [Add("/rules", new JsonArray([.. additions]))]
            : additions.Select(rule => Add("/rules/-", rule)));
        operations.Add(role["metadata"]?["annotations"] is JsonObject
            ? Add(AnnotationPath, noted)
            : Add("/metadata/annotations", new JsonObject { [GrantedRules.AnnotationName] = noted }));
        return new RolePatch(missing, [.. PolicyRule.ParseAll(live), .. missing], noted, Bytes(operations));
    }

    /// <summary>
    /// Takes away the rules that the annotation lists, each once, and the annotation; rules of others stay, like ones among them too.
    /// </summary>
    /// <param name="role">The role as it is.</param>
    public static RolePatch ToRevoke(JsonObject role)
    {
        var live = role["rules"] as JsonArray ?? [];
        if (role["metadata"]?["annotations"]?[GrantedRules.AnnotationName] is null)
        {
            return Nothing(live);
        }

        var removed = new SortedSet<int>();
        foreach (var granted in GrantedRules.Read(role))
        {
            // Grant adds at the end, so of several that are alike the last is its own.
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
            Bytes(operations));
    }

    private static RolePatch Nothing(JsonArray? live) => new([], PolicyRule.ParseAll(live), null, default);

    private static JsonObject Test(JsonObject role) =>
        new()
        {
            ["op"] = "test",
            ["path"] = "/metadata/resourceVersion",
            ["value"] = role["metadata"]?["resourceVersion"]?.DeepClone(),
        };

    private static JsonObject Add(string path, JsonNode value) => new() { ["op"] = "add", ["path"] = path, ["value"] = value };

    private static JsonObject Remove(string path) => new() { ["op"] = "remove", ["path"] = path };

    private static ReadOnlyMemory<byte> Bytes(List<JsonObject> operations) =>
        JsonSerializer.SerializeToUtf8Bytes(new JsonArray([.. operations]));
}
