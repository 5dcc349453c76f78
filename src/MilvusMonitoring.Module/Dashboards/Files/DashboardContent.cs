using System.Text.Json.Nodes;

namespace MilvusMonitoring.Dashboards.Files;

/// <summary>A panel of a dashboard that shows something: no row, and no text.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Queries">Its queries, as they are written: with variables of Grafana.</param>
internal sealed record DashboardPanel(string Title, IReadOnlyList<string> Queries);

/// <summary>What a dashboard shows: its panels and their queries.</summary>
internal static class DashboardContent
{
    private static readonly string[] Silent = ["row", "text", "news", "dashlist", "alertlist", "annolist", "welcome"];

    /// <summary>Lists the panels, those in collapsed rows too.</summary>
    public static IReadOnlyList<DashboardPanel> ListPanels(JsonObject model) =>
    [
        .. ListPanelObjects(model)
            .Where(panel => !Silent.Contains(ReadText(panel, "type")))
            .Select(panel => new DashboardPanel(
                ReadText(panel, "title") is { Length: > 0 } title ? title : "(without a title)",
                [.. ListQueries(panel)])),
    ];

    /// <summary>Lists the objects of all panels, rows among them. Dashboards of before Grafana 5 have their panels in rows.</summary>
    public static IEnumerable<JsonObject> ListPanelObjects(JsonObject model) => ListObjects(model["panels"])
        .Concat(ListObjects(model["rows"]).SelectMany(row => ListObjects(row["panels"])))
        .SelectMany(panel => ListObjects(panel["panels"]).Prepend(panel));

    /// <summary>Lists the variables.</summary>
    public static IEnumerable<JsonObject> ListVariables(JsonObject model) =>
        model["templating"] is JsonObject templating ? ListObjects(templating["list"]) : [];

    public static IEnumerable<JsonObject> ListObjects(JsonNode? node) => node is JsonArray items ? items.OfType<JsonObject>() : [];

    public static string ReadText(JsonObject item, string name) =>
        item[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : string.Empty;

    private static IEnumerable<string> ListQueries(JsonObject panel) => ListObjects(panel["targets"])
        .Where(target => !IsHidden(target))
        .Select(target => ReadText(target, "expr"))
        .Where(query => query.Length > 0);

    private static bool IsHidden(JsonObject target) =>
        target["hide"] is JsonValue value && value.TryGetValue<bool>(out var hidden) && hidden;
}
