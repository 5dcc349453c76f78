using System.Text.Json.Nodes;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.Milvus;

/// <summary>Compares the ServiceMonitor that is wanted with the one that is there.</summary>
internal static class MonitorComparison
{
    /// <summary>Whether applying what is wanted would change nothing.</summary>
    /// <param name="wanted">The object to apply.</param>
    /// <param name="live">The object in the cluster.</param>
    public static bool Matches(JsonObject wanted, LiveMonitor live)
    {
        var there = JsonNode.Parse(live.Json.GetRawText())!;
        return JsonEquality.AreEqual(wanted["spec"], there["spec"])
            && Covers(there["metadata"]!["labels"], wanted["metadata"]!["labels"]!)
            && Covers(there["metadata"]!["annotations"], wanted["metadata"]!["annotations"]!)
            && LabelsApplied(there).All(label => wanted["metadata"]!["labels"]!.AsObject().ContainsKey(label));
    }

    private static bool Covers(JsonNode? there, JsonNode wanted) =>
        wanted.AsObject().All(member => JsonEquality.AreEqual(there?[member.Key], member.Value));

    /// <summary>The labels that applying would take away where they are left out.</summary>
    private static IEnumerable<string> LabelsApplied(JsonNode there) =>
        (there["metadata"]!["managedFields"]?.AsArray() ?? [])
            .Where(entry => (string?)entry?["manager"] == MilvusChart.FieldManager && (string?)entry?["operation"] == "Apply")
            .SelectMany(entry => entry!["fieldsV1"]?["f:metadata"]?["f:labels"] as JsonObject ?? [])
            .Where(field => field.Key.StartsWith("f:", StringComparison.Ordinal))
            .Select(field => field.Key[2..]);
}
