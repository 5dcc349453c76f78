using System.Text.Json;
using MilvusMonitoring.Json;

namespace MilvusMonitoring.KubePrometheus.Inventories;

/// <summary>
/// The inventory as JSON. Members are read and written one by one: a new process compiles far less for that than for a serializer.
/// </summary>
internal static class InventoryJson
{
    private const int MostDepth = 8;

    /// <summary>Writes an inventory. What is null is left out.</summary>
    public static void Write(Stream stream, Inventory inventory)
    {
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteString("namespace", inventory.Namespace);
        WriteText(writer, "release", inventory.Release);
        writer.WriteString("source", inventory.Source);
        WriteText(writer, "manifestDigest", inventory.ManifestDigest);
        writer.WriteString("appliedAt", inventory.AppliedAt);
        writer.WriteStartArray("entries");
        foreach (var entry in inventory.Entries)
        {
            Write(writer, entry);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Reads an inventory. Members that it does not know are left out.</summary>
    /// <exception cref="JsonException">The text is no JSON, or is nested too deeply.</exception>
    /// <exception cref="InvalidDataException">A member is missing or of another type.</exception>
    /// <exception cref="FormatException">A time is no time.</exception>
    public static Inventory Read(Stream stream)
    {
        using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = MostDepth });
        var root = document.RootElement;
        if (root.Member("entries").ValueKind != JsonValueKind.Array)
        {
            throw CreateInvalid("entries");
        }

        return new Inventory
        {
            Namespace = Text(root, "namespace"),
            Release = FindText(root, "release"),
            Source = Text(root, "source"),
            ManifestDigest = FindText(root, "manifestDigest"),
            AppliedAt = FindTime(root, "appliedAt") ?? throw CreateInvalid("appliedAt"),
            Entries = [.. root.Items("entries").Select(ReadEntry)],
        };
    }

    private static void Write(Utf8JsonWriter writer, InventoryEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("group", entry.Group);
        writer.WriteString("version", entry.Version);
        writer.WriteString("kind", entry.Kind);
        writer.WriteString("plural", entry.Plural);
        WriteText(writer, "namespace", entry.Namespace);
        writer.WriteString("name", entry.Name);
        writer.WriteString("component", entry.Component);
        WriteText(writer, "file", entry.File);
        WriteText(writer, "uid", entry.Uid);
        WriteText(writer, "resourceVersion", entry.ResourceVersion);
        WriteText(writer, "ownedFields", entry.OwnedFields);
        if (entry.OwnedAt is { } ownedAt)
        {
            writer.WriteString("ownedAt", ownedAt);
        }

        WriteText(writer, "manifestHash", entry.ManifestHash);
        WriteText(writer, "leftAlone", entry.LeftAlone);
        writer.WriteEndObject();
    }

    private static InventoryEntry ReadEntry(JsonElement entry) => new()
    {
        Group = Text(entry, "group"),
        Version = Text(entry, "version"),
        Kind = Text(entry, "kind"),
        Plural = Text(entry, "plural"),
        Namespace = FindText(entry, "namespace"),
        Name = Text(entry, "name"),
        Component = Text(entry, "component"),
        File = FindText(entry, "file"),
        Uid = FindText(entry, "uid"),
        ResourceVersion = FindText(entry, "resourceVersion"),
        OwnedFields = FindText(entry, "ownedFields"),
        OwnedAt = FindTime(entry, "ownedAt"),
        ManifestHash = FindText(entry, "manifestHash"),
        LeftAlone = FindText(entry, "leftAlone"),
    };

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static string Text(JsonElement element, string name) => FindText(element, name) ?? throw CreateInvalid(name);

    private static string? FindText(JsonElement element, string name)
    {
        var value = element.Member(name);
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            _ => throw CreateInvalid(name),
        };
    }

    private static DateTimeOffset? FindTime(JsonElement element, string name)
    {
        var value = element.Member(name);
        return value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : value.GetDateTimeOffset();
    }

    private static InvalidDataException CreateInvalid(string member) => new($"The inventory has no sound '{member}'.");
}
