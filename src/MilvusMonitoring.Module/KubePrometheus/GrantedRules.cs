using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Prometheus;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// The rules that Grant has added to a ClusterRole of the manifests. An annotation of the role records them, so that a re-install keeps
/// them: to the API server <c>rules</c> is one atomic field.
/// </summary>
/// <remarks>
/// The annotation is not trusted. The API server checks for escalation when somebody writes rules, not when somebody writes an annotation,
/// so that a user without permission to grant can write any rule there. Only rules that Grant itself could have written are used.
/// </remarks>
/// <param name="Rules">The rules that discovery needs, each once.</param>
/// <param name="Ignored">The number of other rules, which are not used.</param>
internal sealed record GrantedRules(IReadOnlyList<PolicyRule> Rules, int Ignored)
{
    /// <summary>The annotation; its value is a JSON array of rules.</summary>
    public const string AnnotationName = "milvus-monitoring/granted-rules";

    private static readonly HashSet<Permission> Discovery = [.. DiscoveryRules.All.SelectMany(rule => rule.Permissions)];

    /// <summary>Reads the annotation's value.</summary>
    /// <returns>The rules; none if the value is not a JSON array.</returns>
    public static GrantedRules Parse(string annotation)
    {
        var found = ParseArray(annotation) ?? [];
        var used = PolicyRule.ParseAll(found).Where(IsForDiscovery).ToList();
        return new GrantedRules([.. used.DistinctBy(rule => rule.ToJson().ToJsonString())], found.Count - used.Count);
    }

    /// <summary>Reads the rules that Grant has added to a live role.</summary>
    /// <returns>The rules; none if the annotation is missing or damaged.</returns>
    public static GrantedRules Read(JsonObject role) =>
        role["metadata"]?["annotations"]?[AnnotationName] is JsonValue value && value.TryGetValue(out string? annotation)
            ? Parse(annotation)
            : new GrantedRules([], 0);

    /// <summary>Finds the rules that a live role has beyond those of the manifests, if all of them are for discovery.</summary>
    /// <returns>The rules, each once; null if there are none, if others are among them, or if a rule of the manifests is missing.</returns>
    public static GrantedRules? FindAdded(JsonNode? live, JsonNode? manifest)
    {
        var (present, wanted) = (live as JsonArray ?? [], manifest as JsonArray ?? []);
        var added = present.Where(rule => !wanted.Any(own => JsonEquality.AreEqual(own, rule))).ToList();
        if (added.Count == 0 || !wanted.All(own => present.Any(rule => JsonEquality.AreEqual(own, rule))))
        {
            return null;
        }

        var granted = Parse(new JsonArray([.. added.Select(rule => rule?.DeepClone())]).ToJsonString());
        return granted.Ignored == 0 ? granted : null;
    }

    /// <summary>
    /// Adds the rules that a role of the manifests lacks, and the annotation that records them: a rule that somebody added by hand has no
    /// annotation yet, and the next release would drop it.
    /// </summary>
    /// <param name="role">The role of the manifests, UTF-8 JSON.</param>
    /// <returns>The role to apply.</returns>
    public ReadOnlyMemory<byte> AddTo(ReadOnlyMemory<byte> role)
    {
        if (Rules.Count == 0 || JsonNode.Parse(role.Span) is not JsonObject node)
        {
            return role;
        }

        var rules = node["rules"] as JsonArray ?? [];
        foreach (var rule in Rules.Select(rule => rule.ToJson()).Where(rule => !rules.Any(own => JsonEquality.AreEqual(own, rule))))
        {
            rules.Add(rule);
        }

        node["rules"] = rules.Parent is null ? rules : rules.DeepClone();
        if (node["metadata"] is JsonObject metadata)
        {
            var annotations = metadata["annotations"] as JsonObject ?? [];
            annotations[AnnotationName] = new JsonArray([.. Rules.Select(rule => (JsonNode)rule.ToJson())]).ToJsonString();
            metadata["annotations"] = annotations.Parent is null ? annotations : annotations.DeepClone();
        }

        return JsonSerializer.SerializeToUtf8Bytes(node);
    }

    private static bool IsForDiscovery(PolicyRule rule) =>
        rule.NonResourceUrls.Count == 0 && rule.Permissions.Any() && rule.Permissions.All(Discovery.Contains);

    /// <summary>Counts all values. The count visits every member, and so finds a name that an object has twice.</summary>
    /// <exception cref="ArgumentException">An object has a name twice.</exception>
    private static int Count(JsonNode? node) => node switch
    {
        JsonArray items => items.Sum(Count),
        JsonObject members => members.Sum(member => Count(member.Value)),
        _ => 1,
    };

    private static JsonArray? ParseArray(string annotation)
    {
        try
        {
            return JsonTexts.AreReadable(Encoding.UTF8.GetBytes(annotation))
                && JsonNode.Parse(annotation) is JsonArray rules
                && Count(rules) >= 0
                    ? rules
                    : null;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
