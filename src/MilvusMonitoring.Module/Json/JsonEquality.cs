using System.Text.Json.Nodes;

namespace MilvusMonitoring.Json;

/// <summary>
/// Whether two pieces of JSON say the same. <see cref="JsonNode.DeepEquals"/> alone would not do: .NET 8 and 9 take a member that is null
/// for one of any other name (dotnet/runtime#112769).
/// </summary>
internal static class JsonEquality
{
    /// <summary>Compares; members in any order, items in theirs.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True where they are equal.</returns>
    public static bool AreEqual(JsonNode? left, JsonNode? right) =>
        (left, right) switch
        {
            (JsonObject one, JsonObject other) => one.Count == other.Count
                && one.All(member => other.TryGetPropertyValue(member.Key, out var value) && AreEqual(member.Value, value)),
            (JsonArray one, JsonArray other) => one.Count == other.Count && one.Zip(other).All(pair => AreEqual(pair.First, pair.Second)),
            _ => JsonNode.DeepEquals(left, right),
        };
}
