using System.Text.Json.Nodes;
using MilvusMonitoring.Json;
using MilvusMonitoring.Kubernetes.Objects;

namespace MilvusMonitoring.KubePrometheus;

/// <summary>A field that another field manager owns with another value.</summary>
/// <param name="Path">The field, as the API server writes it: <c>.spec.versions</c>.</param>
internal sealed record OwnedField(string Manager, string Path);

/// <summary>
/// Which fields an apply would conflict on, by the <c>managedFields</c> of the live object. The API server decides, but it tells only when
/// the object is applied.
/// </summary>
internal static class FieldConflictRule
{
    /// <summary>Lists the fields of other managers that the wanted object would change.</summary>
    public static IReadOnlyList<OwnedField> List(JsonObject live, JsonObject wanted)
    {
        var found = new List<OwnedField>();
        foreach (var entry in (live["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var manager = Text(entry["manager"]) ?? string.Empty;
            if (manager != FieldManagerEntry.OurName
                && FieldManagerEntry.IsOfObject(Text(entry["subresource"]))
                && entry["fieldsV1"] is JsonObject fields)
            {
                Collect(fields, live, wanted, string.Empty, path => found.Add(new OwnedField(manager, path)));
            }
        }

        return [.. found.Distinct()];
    }

    private static void Collect(JsonObject fields, JsonNode live, JsonNode wanted, string path, Action<string> add)
    {
        foreach (var (key, value) in fields)
        {
            if (key.StartsWith("f:", StringComparison.Ordinal))
            {
                var name = key[2..];
                if (wanted is JsonObject members && members.TryGetPropertyValue(name, out var next))
                {
                    Compare(value, (live as JsonObject)?[name], next, $"{path}.{name}", add);
                }
            }
            else if (key.StartsWith("k:", StringComparison.Ordinal)
                && JsonNode.Parse(key[2..]) is JsonObject identity
                && FindItem(wanted, identity) is { } item)
            {
                Compare(value, FindItem(live, identity), item, $"{path}[{Describe(identity)}]", add);
            }
        }
    }

    /// <summary>A field without fields below it is owned whole; a <c>.</c> below it says only that it exists.</summary>
    private static void Compare(JsonNode? fields, JsonNode? live, JsonNode? wanted, string path, Action<string> add)
    {
        if (fields is JsonObject { Count: > 0 } below)
        {
            if (live is not null && wanted is not null)
            {
                Collect(below, live, wanted, path, add);
            }
        }
        else if (!JsonEquality.AreEqual(live, wanted))
        {
            add(path);
        }
    }

    /// <summary>The API server fills a key that the manifest leaves out, such as the protocol of a port.</summary>
    private static JsonObject? FindItem(JsonNode list, JsonObject identity) =>
        (list as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(item =>
            identity.All(key => item[key.Key] is null || JsonEquality.AreEqual(item[key.Key], key.Value))
            && identity.Any(key => item[key.Key] is not null));

    private static string Describe(JsonObject identity) =>
        string.Join(',', identity.Select(key => $"{key.Key}={key.Value?.ToJsonString()}"));

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
