using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>Refuses a configuration that its schema can't take in, with the text of a real server.</summary>
internal static class AppliedShape
{
    /// <exception cref="PatchException">500 for a field that isn't declared or a list that can't be merged; 400 for
    /// managedFields.</exception>
    public static void Check(JsonObject applied, SchemaNode schema)
    {
        var metadata = applied["metadata"] as JsonObject;
        if (metadata?["managedFields"] is not null)
        {
            throw PatchException.BadRequest("metadata.managedFields must be nil");
        }

        var faults = new List<string>();
        Visit(applied, schema, "", faults);
        if (faults.Count == 0)
        {
            return;
        }

        var apiVersion = ((string?)applied["apiVersion"] ?? "").Split('/');
        var group = apiVersion.Length == 2 ? apiVersion[0] : "";
        var about = $"{metadata?["namespace"]}/{metadata?["name"]}; {group}/{apiVersion[^1]}, Kind={applied["kind"]}";
        var text = faults.Count == 1 ? faults[0] : "errors:\n  " + string.Join("\n  ", faults);
        throw new PatchException(500, null, $"failed to create typed patch object ({about}): {text}");
    }

    private static void Visit(JsonNode? value, SchemaNode schema, string path, List<string> faults)
    {
        switch (schema.ShapeFor(value))
        {
            case Shape.Struct or Shape.Map:
                foreach (var (name, child) in value!.AsObject())
                {
                    if (schema.Element is null && !schema.Fields.ContainsKey(name))
                    {
                        faults.Add($"{path}.{name}: field not declared in schema");
                    }
                    else
                    {
                        Visit(child, schema.Field(name), $"{path}.{name}", faults);
                    }
                }

                break;
            case Shape.ListMap or Shape.Set:
                VisitItems(value!.AsArray(), schema, path, faults);
                break;
            default:
                break;
        }
    }

    private static void VisitItems(JsonArray list, SchemaNode schema, string path, List<string> faults)
    {
        var seen = new HashSet<PathElement>();
        for (var index = 0; index < list.Count; index++)
        {
            if (FieldSets.ItemElement(list[index], schema) is not { } element)
            {
                faults.Add(
                    schema.Shape == Shape.Set
                        ? $"{path}: element {index}: associative list without keys has an element that's a "
                            + $"{(list[index] is JsonObject ? "map" : "list")} type"
                        : $"{path}: element {index}: associative list with keys has an element that omits all key fields "
                            + $"[{string.Join(' ', schema.Keys.Select(key => $"\"{key}\""))}] (and doesn't have default values for any "
                            + "key fields)"
                );
            }
            else if (!seen.Add(element))
            {
                faults.Add($"{path}: duplicate entries for key {element.Display()}");
            }
            else
            {
                Visit(list[index], schema.Element!, path + element.Display(), faults);
            }
        }
    }
}
