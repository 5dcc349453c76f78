using System.Text.Json.Nodes;

namespace EmbeddedCluster.Objects;

internal static class Conditions
{
    /// <summary>Sets one condition; the time moves only when its status does.</summary>
    public static void Set(JsonObject status, string type, string value, string reason, string message, long? observedGeneration = null)
    {
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        var condition = conditions.OfType<JsonObject>().FirstOrDefault(each => each.Text("type") == type);
        if (condition is null)
        {
            conditions.Add(condition = new JsonObject { ["type"] = type });
        }

        if (condition.Text("status") != value)
        {
            condition["status"] = value;
            condition["lastTransitionTime"] = ClusterState.Timestamp;
        }

        condition["reason"] = reason;
        condition["message"] = message;
        if (observedGeneration is { } generation)
        {
            condition["observedGeneration"] = generation;
        }
    }
}
