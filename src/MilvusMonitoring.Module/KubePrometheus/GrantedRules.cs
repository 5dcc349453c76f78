using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>
/// The rules that Grant has added to a role of the manifests. An annotation of the role records them, so that a re-install keeps them:
/// to the API server <c>rules</c> is one atomic field.
/// </summary>
internal static class GrantedRules
{
    /// <summary>The annotation; its value is a JSON array of rules.</summary>
    public const string AnnotationName = "milvus-monitoring/granted-rules";

    /// <summary>Adds the granted rules that the role lacks.</summary>
    /// <param name="role">The role of the manifests, UTF-8 JSON.</param>
    /// <param name="granted">The annotation's value. A value that is not a JSON array adds nothing.</param>
    /// <returns>The role to apply.</returns>
    public static ReadOnlyMemory<byte> AddTo(ReadOnlyMemory<byte> role, string granted)
    {
        if (Parse(granted) is not { } additions || JsonNode.Parse(role.Span) is not JsonObject node)
        {
            return role;
        }

        var rules = node["rules"] as JsonArray ?? [];
        foreach (var rule in additions.Where(rule => !rules.Any(existing => JsonEquality.AreEqual(existing, rule))))
        {
            rules.Add(rule?.DeepClone());
        }

        node["rules"] = rules.Parent is null ? rules : rules.DeepClone();
        return JsonSerializer.SerializeToUtf8Bytes(node);
    }

    /// <summary>Reads the rules that Grant has added to a live role.</summary>
    /// <returns>The rules; empty if the annotation is missing or damaged.</returns>
    public static IReadOnlyList<JsonNode?> Read(JsonObject role) =>
        role["metadata"]?["annotations"]?[AnnotationName] is JsonValue value
        && value.TryGetValue(out string? granted)
        && Parse(granted) is { } rules
            ? [.. rules]
            : [];

    /// <summary>Counts all values. The count visits every member, and so finds a name that an object has twice.</summary>
    /// <exception cref="ArgumentException">An object has a name twice.</exception>
    private static int Count(JsonNode? node) => node switch
    {
        JsonArray items => items.Sum(Count),
        JsonObject members => members.Sum(member => Count(member.Value)),
        _ => 1,
    };

    private static JsonArray? Parse(string granted)
    {
        try
        {
            return JsonTexts.AreReadable(Encoding.UTF8.GetBytes(granted)) && JsonNode.Parse(granted) is JsonArray rules && Count(rules) >= 0
                ? rules
                : null;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
