using System.Text.Json.Nodes;
using EmbeddedCluster.Objects;

namespace EmbeddedCluster.Controllers;

internal static class Finalizers
{
    /// <returns>Whether it was there.</returns>
    public static bool Remove(JsonObject value, string finalizer)
    {
        var metadata = value.Child("metadata");
        var before = (metadata["finalizers"] as JsonArray ?? []).Select(each => (string?)each).ToList();
        var left = before.Where(each => each != finalizer).ToList();
        if (left.Count == 0)
        {
            metadata.Remove("finalizers");
        }
        else
        {
            metadata["finalizers"] = new JsonArray([.. left.Select(each => (JsonNode?)each)]);
        }

        return left.Count < before.Count;
    }
}
