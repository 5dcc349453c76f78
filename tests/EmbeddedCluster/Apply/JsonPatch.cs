using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>JSON patch (RFC 6902). All operations hold, or the patch is rejected as a whole.</summary>
internal static class JsonPatch
{
    /// <summary>The patched value; the target isn't changed.</summary>
    /// <exception cref="PatchException">422 for an operation that doesn't work out, 400 for something that is no operation.</exception>
    public static JsonNode Apply(JsonNode target, JsonArray operations)
    {
        // A holder lets an operation replace the whole document like any other value.
        var holder = new JsonArray(target.DeepClone());
        foreach (var node in operations)
        {
            if (node is not JsonObject operation)
            {
                throw PatchException.BadRequest(
                    "json: cannot unmarshal a value that is no object into Go value of type jsonpatch.Operation");
            }

            Run(holder, operation);
        }

        var result = holder[0] ?? throw PatchException.Rejected("nothing is left of the document");
        holder.Clear();
        return result;
    }

    private static void Run(JsonArray holder, JsonObject operation)
    {
        var path = Path(operation, "path");
        switch (Text(operation, "op"))
        {
            case "add":
                Add(holder, path, Value(operation));
                break;
            case "remove":
                Remove(holder, path);
                break;
            case "replace":
                Replace(holder, path, Value(operation));
                break;
            case "move":
                var from = Path(operation, "from");
                if (path.Count > from.Count && path.Take(from.Count).SequenceEqual(from))
                {
                    throw PatchException.Rejected("a value can't move into itself");
                }

                var moved = JsonPointer.Read(holder, from)?.DeepClone();
                Remove(holder, from);
                Add(holder, path, moved);
                break;
            case "copy":
                Add(holder, path, JsonPointer.Read(holder, Path(operation, "from"))?.DeepClone());
                break;
            case "test":
                if (!JsonNode.DeepEquals(JsonPointer.Read(holder, path), Value(operation)))
                {
                    throw PatchException.Rejected($"testing value {operation["path"]} failed");
                }

                break;
            case var unknown:
                throw PatchException.Rejected($"Unexpected kind: {unknown}");
        }
    }

    private static void Add(JsonArray holder, IReadOnlyList<string> path, JsonNode? value)
    {
        switch (Parent(holder, path))
        {
            case JsonArray items when ReferenceEquals(items, holder):
                holder[0] = value;
                break;
            case JsonArray items:
                items.Insert(path[^1] == "-" ? items.Count : JsonPointer.Index(path[^1], items.Count), value);
                break;
            case JsonObject fields:
                fields[path[^1]] = value;
                break;
            default:
                throw PatchException.Rejected($"nothing can be added at {path[^1]}");
        }
    }

    private static void Remove(JsonArray holder, IReadOnlyList<string> path)
    {
        switch (Parent(holder, path))
        {
            case JsonArray items when ReferenceEquals(items, holder):
                holder[0] = null;
                break;
            case JsonArray items:
                items.RemoveAt(JsonPointer.Index(path[^1], items.Count - 1));
                break;
            case JsonObject fields when fields.Remove(path[^1]):
                break;
            default:
                throw PatchException.Rejected($"there is nothing to remove at {path[^1]}");
        }
    }

    private static void Replace(JsonArray holder, IReadOnlyList<string> path, JsonNode? value)
    {
        switch (Parent(holder, path))
        {
            case JsonArray items:
                items[JsonPointer.Index(path[^1], items.Count - 1)] = value;
                break;
            case JsonObject fields when fields.ContainsKey(path[^1]):
                fields[path[^1]] = value;
                break;
            default:
                throw PatchException.Rejected($"there is nothing to replace at {path[^1]}");
        }
    }

    private static JsonNode? Parent(JsonArray holder, IReadOnlyList<string> path) => JsonPointer.Read(holder, path.Take(path.Count - 1));

    private static IReadOnlyList<string> Path(JsonObject operation, string member) =>
        [HolderIndex, .. JsonPointer.Parse(Text(operation, member))];

    private const string HolderIndex = "0";

    private static string Text(JsonObject operation, string member) =>
        operation[member] is JsonValue value && value.TryGetValue(out string? text)
            ? text
            : throw PatchException.Rejected($"an operation lacks its \"{member}\"");

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out var value)
            ? value?.DeepClone()
            : throw PatchException.Rejected("an operation lacks its \"value\"");
}
