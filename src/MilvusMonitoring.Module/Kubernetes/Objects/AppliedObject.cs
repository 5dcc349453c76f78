using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Kubernetes.Objects;

/// <summary>Compares an object as it would be applied with the one in the cluster.</summary>
internal static class AppliedObject
{
    /// <summary>Whether an apply would change nothing.</summary>
    /// <param name="wanted">The object as it would be applied: labels, annotations if there are any, and spec.</param>
    /// <param name="live">The object in the cluster.</param>
    /// <param name="manager">The field manager that would apply it.</param>
    public static bool Matches(JsonObject wanted, JsonElement live, string manager)
    {
        var current = JsonNode.Parse(live.GetRawText())!;
        return JsonEquality.AreEqual(wanted["spec"], current["spec"])
            && Covers(current["metadata"]!["labels"], wanted["metadata"]!["labels"]!)
            && (wanted["metadata"]!["annotations"] is not { } annotations || Covers(current["metadata"]!["annotations"], annotations))
            && ListAppliedLabels(current, manager).All(label => wanted["metadata"]!["labels"]!.AsObject().ContainsKey(label));
    }

    private static bool Covers(JsonNode? current, JsonNode wanted) =>
        wanted.AsObject().All(member => JsonEquality.AreEqual(current?[member.Key], member.Value));

    /// <summary>Lists the labels that an apply without them removes.</summary>
    private static IEnumerable<string> ListAppliedLabels(JsonNode current, string manager) =>
        (current["metadata"]!["managedFields"]?.AsArray() ?? [])
            .Where(entry => (string?)entry?["manager"] == manager && (string?)entry?["operation"] == "Apply")
            .SelectMany(entry => entry!["fieldsV1"]?["f:metadata"]?["f:labels"] as JsonObject ?? [])
            .Where(field => field.Key.StartsWith("f:", StringComparison.Ordinal))
            .Select(field => field.Key[2..]);
}
