using System.Globalization;
using System.Text.Json.Nodes;
using EmbeddedCluster.Kinds;
using EmbeddedCluster.Storage;

namespace EmbeddedCluster.Serving;

/// <summary>Objects as rows, as <c>kubectl get</c> asks for them.</summary>
internal static class Tables
{
    public static JsonObject Of(
        ResourceKind kind,
        IReadOnlyList<StoredObject> items,
        long revision,
        string? next,
        string includeObject,
        bool withColumns)
    {
        var columns = Columns(kind);
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (next is not null)
        {
            metadata["continue"] = next;
        }

        return new()
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = metadata,
            ["columnDefinitions"] = withColumns ? new JsonArray([.. columns.Select(Definition)]) : null,
            ["rows"] = new JsonArray([.. items.Select(each => Row(kind, each, columns, includeObject))]),
        };
    }

    private static List<PrinterColumn> Columns(ResourceKind kind)
    {
        var name = new PrinterColumn("Name", "string", ".metadata.name", 0, "Name must be unique within a namespace.", "name");
        var age = new PrinterColumn(
            "Age",
            "date",
            ".metadata.creationTimestamp",
            0,
            "CreationTimestamp is a timestamp representing the server time when this object was created.",
            "");
        IEnumerable<PrinterColumn> own = kind.Custom?.Columns ?? BuiltInColumns.For(kind);
        return own.Any(each => each.Type == "date") ? [name, .. own]
            : kind.Custom is null ? [name, .. own, age]
            : own.Any() ? [name, .. own]
            : [name, age];
    }

    private static JsonObject Definition(PrinterColumn column) => new()
    {
        ["name"] = column.Name,
        ["type"] = column.Type == "date" ? "string" : column.Type,
        ["format"] = column.Format,
        ["description"] = column.Description,
        ["priority"] = column.Priority,
    };

    private static JsonObject Row(ResourceKind kind, StoredObject item, List<PrinterColumn> columns, string includeObject)
    {
        var value = item.Read(kind.ApiVersion, kind.Kind);
        var row = new JsonObject { ["cells"] = new JsonArray([.. columns.Select(each => Cell(value, each))]) };
        if (includeObject == "Object")
        {
            row["object"] = value;
        }
        else if (includeObject != "None")
        {
            row["object"] = new JsonObject
            {
                ["kind"] = "PartialObjectMetadata",
                ["apiVersion"] = "meta.k8s.io/v1",
                ["metadata"] = item.ReadMetadata(),
            };
        }

        return row;
    }

    private static JsonNode? Cell(JsonObject value, PrinterColumn column)
    {
        if (column.Type == "date")
        {
            return SimplePath.Read(value, column.Path) is JsonValue time
                && DateTimeOffset.TryParse(time.ToString(), CultureInfo.InvariantCulture, out var moment)
                    ? Age(ClusterState.Now - moment)
                : column.Path == ".metadata.creationTimestamp" ? "<unknown>"
                : null;
        }

        if (column.Path.StartsWith('@'))
        {
            return BuiltInColumns.Compute(column.Path, value);
        }

        var node = SimplePath.Read(value, column.Path);
        return node is JsonObject or JsonArray ? node.ToJsonString() : node?.DeepClone();
    }

    /// <summary>A duration as tables show it.</summary>
    private static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalSeconds: < 120 } => $"{(int)age.TotalSeconds}s",
        { TotalMinutes: < 10 } when age.Seconds > 0 => $"{(int)age.TotalMinutes}m{age.Seconds}s",
        { TotalHours: < 3 } => $"{(int)age.TotalMinutes}m",
        { TotalHours: < 8 } when age.Minutes > 0 => $"{(int)age.TotalHours}h{age.Minutes}m",
        { TotalHours: < 48 } => $"{(int)age.TotalHours}h",
        { TotalDays: < 8 } when age.Hours > 0 => $"{(int)age.TotalDays}d{age.Hours}h",
        _ => $"{(int)age.TotalDays}d",
    };
}
