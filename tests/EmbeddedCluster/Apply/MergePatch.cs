using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>JSON merge patch (RFC 7386).</summary>
internal static class MergePatch
{
    /// <summary>The patched value, new throughout; null in the patch takes a member away.</summary>
    public static JsonNode Apply(JsonNode target, JsonNode patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch.DeepClone();
        }

        var result = target is JsonObject ? target.DeepClone().AsObject() : [];
        Merge(result, changes);
        return result;
    }

    private static void Merge(JsonObject target, JsonObject changes)
    {
        foreach (var (name, change) in changes)
        {
            if (change is null)
            {
                target.Remove(name);
            }
            else if (change is JsonObject below)
            {
                if (target[name] is not JsonObject inner)
                {
                    target[name] = inner = [];
                }

                Merge(inner, below);
            }
            else
            {
                target[name] = change.DeepClone();
            }
        }
    }
}
