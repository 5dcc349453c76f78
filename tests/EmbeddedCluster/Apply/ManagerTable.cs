using System.Globalization;
using System.Text.Json.Nodes;

namespace EmbeddedCluster.Apply;

/// <summary>
/// Who a set of fields belongs to. An applier is the same whatever version it applies; an updater is another one for each version.
/// </summary>
internal readonly record struct ManagerId(string Manager, string Operation, string ApiVersion, string? Subresource)
{
    public const string Apply = "Apply";

    public const string Update = "Update";

    public static ManagerId Applier(string manager, string? subresource) => new(manager, Apply, "", subresource);

    public static ManagerId Updater(string manager, string apiVersion, string? subresource) =>
        new(manager, Update, apiVersion, subresource);
}

/// <summary>What one manager owns.</summary>
internal sealed record ManagerEntry(FieldSet Fields, string ApiVersion, DateTimeOffset? Time);

/// <summary>The <c>metadata.managedFields</c> of an object.</summary>
internal sealed class ManagerTable
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    // Fields that the server itself writes, or that name the object: nobody owns them.
    private static readonly FieldSet Unowned = FieldSet.FromFieldsV1(JsonNode.Parse("""
        {"f:apiVersion":{},"f:kind":{},"f:metadata":{".":{},"f:name":{},"f:namespace":{},"f:creationTimestamp":{},"f:selfLink":{},
         "f:uid":{},"f:clusterName":{},"f:generation":{},"f:managedFields":{},"f:resourceVersion":{}}}
        """)!.AsObject());

    private readonly Dictionary<ManagerId, ManagerEntry> entries = [];

    public int Count => entries.Count;

    public IEnumerable<KeyValuePair<ManagerId, ManagerEntry>> Entries => entries;

    public static ManagerTable Of(JsonObject? value)
    {
        var result = new ManagerTable();
        foreach (var node in value?["metadata"]?["managedFields"] as JsonArray ?? [])
        {
            if (node is JsonObject entry && entry["fieldsV1"] is JsonObject fields)
            {
                var apiVersion = (string?)entry["apiVersion"] ?? "";
                var operation = (string?)entry["operation"] ?? ManagerId.Update;
                var id = new ManagerId(
                    (string?)entry["manager"] ?? "",
                    operation,
                    operation == ManagerId.Apply ? "" : apiVersion,
                    (string?)entry["subresource"]);
                DateTimeOffset? time = entry["time"] is { } text ? DateTimeOffset.Parse((string)text!, CultureInfo.InvariantCulture) : null;
                result.entries[id] = new ManagerEntry(FieldSet.FromFieldsV1(fields), apiVersion, time);
            }
        }

        return result;
    }

    public ManagerTable Reconciled(SchemaNode schema)
    {
        var result = new ManagerTable();
        foreach (var (id, entry) in entries)
        {
            result.entries[id] = entry with { Fields = entry.Fields.Reconciled(schema) };
        }

        return result;
    }

    public ManagerEntry? Find(ManagerId id) => entries.GetValueOrDefault(id);

    /// <summary>Gives the manager these fields, less those that nobody owns; with none left it has no entry.</summary>
    public void Set(ManagerId id, ManagerEntry entry)
    {
        var owned = entry.Fields.Difference(Unowned);
        if (owned.IsEmpty)
        {
            entries.Remove(id);
        }
        else
        {
            entries[id] = entry with { Fields = owned };
        }
    }

    public void TakeAway(ManagerId id, FieldSet fields) => Set(id, entries[id] with { Fields = entries[id].Fields.Difference(fields) });

    public static FieldSet Owned(FieldSet fields) => fields.Difference(Unowned);

    public bool SameAs(ManagerTable other) =>
        entries.Count == other.entries.Count
        && entries.All(entry => other.Find(entry.Key) is { } match
            && match.ApiVersion == entry.Value.ApiVersion && match.Time == entry.Value.Time && match.Fields.SameAs(entry.Value.Fields));

    /// <summary>Writes the table into the object: appliers first, then by time, as a server orders them.</summary>
    public void WriteTo(JsonObject value)
    {
        if (value["metadata"] is not JsonObject metadata)
        {
            value["metadata"] = metadata = [];
        }

        metadata.Remove("managedFields");
        if (entries.Count > 0)
        {
            metadata["managedFields"] = new JsonArray([.. entries
                .OrderBy(entry => entry.Key.Operation, StringComparer.Ordinal)
                .ThenBy(entry => entry.Value.Time?.ToUnixTimeSeconds() ?? 0)
                .ThenBy(entry => entry.Key.Manager, StringComparer.Ordinal)
                .ThenBy(entry => entry.Value.ApiVersion, StringComparer.Ordinal)
                .ThenBy(entry => entry.Key.Subresource, StringComparer.Ordinal)
                .Select(entry => Write(entry.Key, entry.Value))]);
        }
    }

    private static JsonObject Write(ManagerId id, ManagerEntry entry)
    {
        var result = new JsonObject { ["manager"] = id.Manager, ["operation"] = id.Operation, ["apiVersion"] = entry.ApiVersion };
        if (entry.Time is { } time)
        {
            result["time"] = time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        }

        result["fieldsType"] = "FieldsV1";
        result["fieldsV1"] = entry.Fields.ToFieldsV1();
        if (id.Subresource is { } subresource)
        {
            result["subresource"] = subresource;
        }

        return result;
    }
}
