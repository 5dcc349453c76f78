using System.Text.Json.Nodes;

namespace MilvusMonitoring.Json;

/// <summary>
/// Compares two JSON values. <see cref="JsonNode.DeepEquals"/> alone is not enough: .NET 8 and 9 treat a null member as equal to a member
/// of any other name (dotnet/runtime#112769).
/// </summary>
internal static class JsonEquality
{
    /// <summary>Whether two values are equal. The order of members does not count, the order of items does.</summary>
    public static bool AreEqual(JsonNode? left, JsonNode? right) =>
        (left, right) switch
        {
            (JsonObject one, JsonObject other) => one.Count == other.Count
                && one.All(member => other.TryGetPropertyValue(member.Key, out var value) && AreEqual(member.Value, value)),
            (JsonArray one, JsonArray other) => one.Count == other.Count && one.Zip(other).All(pair => AreEqual(pair.First, pair.Second)),
            _ => JsonNode.DeepEquals(left, right),
        };
}
