using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>Writes a dashboard as Grafana 7.5 and all later versions take it.</summary>
/// <remarks>
/// A data source is named as a text, <c>$datasource</c>. Grafana 7.5 takes nothing else, and from 8.3 on Grafana turns the text into a
/// reference when it loads a dashboard whose <c>schemaVersion</c> is below 33. Words are legends and not value mappings, whose form changed
/// in Grafana 8.
/// </remarks>
internal sealed class DashboardWriter(DashboardPlan plan, PanelScope scope, DashboardOptions options)
{
    /// <summary>The text that names the data source which the user chooses.</summary>
    public const string DataSource = "$datasource";

    /// <summary>The tag by which the dashboards link to one another.</summary>
    private const string Tag = "milvus-monitoring";

    /// <summary>That of Grafana 7.5.</summary>
    private const int SchemaVersion = 27;

    private const int GridWidth = 24;

    /// <summary>How many panels a row may have before the ids of the next begin, so that an id stays where another panel is left out.</summary>
    private const int IdsOfRow = 100;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public ReadOnlyMemory<byte> Write() => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject
        {
            ["annotations"] = new JsonObject { ["list"] = new JsonArray(WriteAlertAnnotation()) },
            ["description"] = plan.Description,
            ["editable"] = false,
            ["graphTooltip"] = 1,
            ["links"] = WriteLinks(),
            ["panels"] = WritePanels(),
            ["refresh"] = "30s",
            ["schemaVersion"] = SchemaVersion,
            ["tags"] = new JsonArray("milvus", Tag),
            ["templating"] = new JsonObject { ["list"] = WriteVariables() },
            ["time"] = new JsonObject { ["from"] = "now-1h", ["to"] = "now" },
            ["timezone"] = "browser",
            ["title"] = plan.Title,
            ["uid"] = plan.Uid,
            ["version"] = 1,
        },
        Compact);

    private static JsonObject WriteAlertAnnotation() => new()
    {
        ["datasource"] = DataSource,
        ["enable"] = true,
        ["expr"] = OverviewPanels.Firing,
        ["iconColor"] = PanelThreshold.Bad,
        ["name"] = "Firing alerts",
        ["step"] = "60s",
        ["tagKeys"] = "severity",
        ["textFormat"] = "{{namespace}}/{{app_kubernetes_io_instance}} {{pod}}",
        ["titleFormat"] = "{{alertname}}",
    };

    private JsonArray WriteLinks()
    {
        var links = new JsonArray(WriteLink("Milvus", "dashboards", string.Empty, [Tag]));
        if (options.RunbookUri is { } runbooks)
        {
            links.Add(WriteLink("Runbooks", "link", runbooks.AbsoluteUri, []));
        }

        return links;
    }

    private static JsonObject WriteLink(string title, string type, string address, string[] tags) => new()
    {
        ["asDropdown"] = false,
        ["icon"] = type == "link" ? "doc" : "external link",
        ["includeVars"] = type != "link",
        ["keepTime"] = type != "link",
        ["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]),
        ["targetBlank"] = type == "link",
        ["title"] = title,
        ["tooltip"] = string.Empty,
        ["type"] = type,
        ["url"] = address,
    };

    private JsonArray WriteVariables() => new(
        new JsonObject
        {
            ["current"] = new JsonObject(),
            ["hide"] = 0,
            ["includeAll"] = false,
            ["label"] = "Data source",
            ["multi"] = false,
            ["name"] = "datasource",
            ["options"] = new JsonArray(),
            ["query"] = "prometheus",
            ["refresh"] = 1,
            ["regex"] = string.Empty,
            ["skipUrlSync"] = false,
            ["type"] = "datasource",
        },
        WriteVariable("namespace", "Namespace", $"label_values(milvus_build_info, {MilvusSeries.NamespaceLabel})"),
        WriteVariable(
            "instance",
            "Milvus",
            $"label_values(milvus_build_info{{{MilvusSeries.NamespaceLabel}=~\"$namespace\"}}, {MilvusSeries.InstanceLabel})"),
        WriteVariable(PanelScope.Pod, "Pod", $"label_values(milvus_build_info{{{PanelScope.Milvus}}}, pod)"),
        WriteVariable(
            PanelScope.Database,
            "Database",
            $"label_values(milvus_rootcoord_collection_num{{{PanelScope.Milvus}}}, {PanelScope.DatabaseLabel})"),
        WriteVariable(
            PanelScope.Collection,
            "Collection",
            $"label_values({scope.SelectCollections()}, {PanelScope.CollectionLabel})"));

    /// <summary>A variable by which this dashboard does not select is hidden: links carry its value to the others.</summary>
    private JsonObject WriteVariable(string name, string label, string query) => new()
    {
        ["allValue"] = ".*",
        ["current"] = new JsonObject { ["selected"] = true, ["text"] = new JsonArray("All"), ["value"] = new JsonArray("$__all") },
        ["datasource"] = DataSource,
        ["definition"] = query,
        ["hide"] = name is "namespace" or "instance" || plan.Variables.Contains(name) ? 0 : 2,
        ["includeAll"] = true,
        ["label"] = label,
        ["multi"] = true,
        ["name"] = name,
        ["options"] = new JsonArray(),
        ["query"] = query,
        ["refresh"] = 2,
        ["regex"] = string.Empty,
        ["skipUrlSync"] = false,
        ["sort"] = 1,
        ["type"] = "query",
    };

    private JsonArray WritePanels()
    {
        var all = new JsonArray();
        var y = 0;
        foreach (var (row, index) in plan.CreateRows(scope).Select((row, index) => (row, index)))
        {
            var kept = row.Panels
                .Select((panel, place) => (Panel: Keep(panel), Id: ((index + 1) * IdsOfRow) + place + 1))
                .Where(item => item.Panel.Queries.Length > 0)
                .ToList();
            if (kept.Count > 0)
            {
                all.Add(WriteRow(row.Title, (index + 1) * IdsOfRow, y));
                y = WritePanels(all, kept, y + 1);
            }
        }

        return all;
    }

    /// <summary>Writes the panels of a row in lines, from left to right.</summary>
    /// <returns>Where the next row begins.</returns>
    private int WritePanels(JsonArray all, IReadOnlyList<(Panel Panel, int Id)> panels, int top)
    {
        var (x, y, height) = (0, top, 0);
        foreach (var (panel, id) in panels)
        {
            if (x + panel.Width > GridWidth)
            {
                (x, y, height) = (0, y + height, 0);
            }

            all.Add(PanelWriter.Write(panel, id, WritePlace(x, y, panel.Width, panel.Height), FindRunbook(panel)));
            (x, height) = (x + panel.Width, Math.Max(height, panel.Height));
        }

        return y + height;
    }

    private Panel Keep(Panel panel) => panel with { Queries = [.. panel.Queries.Where(query => scope.HasAll(query.Expression))] };

    private string? FindRunbook(Panel panel) => panel.Alert is null
        ? null
        : new Alerts.Rules.AlertRuleOptions { RunbookUri = options.RunbookUri }.FindRunbook(panel.Alert);

    private static JsonObject WriteRow(string title, int id, int y) => new()
    {
        ["collapsed"] = false,
        ["gridPos"] = WritePlace(0, y, GridWidth, 1),
        ["id"] = id,
        ["panels"] = new JsonArray(),
        ["title"] = title,
        ["type"] = "row",
    };

    private static JsonObject WritePlace(int x, int y, int width, int height) =>
        new() { ["h"] = height, ["w"] = width, ["x"] = x, ["y"] = y };
}
