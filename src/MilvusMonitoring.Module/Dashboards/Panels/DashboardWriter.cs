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

    /// <summary>How many panels a row may have before the ids of the next begin: an id stays where another panel is left out.</summary>
    private const int IdsOfRow = 100;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Title, int Id, IReadOnlyList<(Panel Panel, int Id)> Panels)> _rows = ListRows(plan, scope);

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
        var links = new JsonArray(PanelWriter.WriteLink("Milvus", "dashboards", string.Empty, [Tag]));
        if (options.RunbookUri is { } runbooks)
        {
            links.Add(PanelWriter.WriteLink("Runbooks", "link", runbooks.AbsoluteUri, []));
        }

        return links;
    }

    private JsonArray WriteVariables() => new(
        new JsonObject
        {
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
        WriteVariable("pod", "Pod", $"label_values(milvus_build_info{{{PanelScope.Milvus}}}, pod)"),
        WriteVariable(
            "database",
            "Database",
            $"label_values(milvus_rootcoord_collection_num{{{PanelScope.Milvus}}}, {PanelScope.DatabaseLabel})"),
        WriteVariable(
            "collection",
            "Collection",
            $"label_values({scope.SelectCollections()}, {PanelScope.CollectionLabel})"));

    /// <summary>A variable by which this dashboard does not select is hidden: links carry its value to the others.</summary>
    private JsonObject WriteVariable(string name, string label, string query) => new()
    {
        ["allValue"] = ".*",
        ["current"] = new JsonObject { ["selected"] = true, ["text"] = new JsonArray("All"), ["value"] = new JsonArray("$__all") },
        ["datasource"] = DataSource,
        ["definition"] = query,
        ["hide"] = IsUsed(name) ? 0 : 2,
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

    private bool IsUsed(string variable) => _rows
        .SelectMany(row => row.Panels)
        .SelectMany(item => item.Panel.Queries)
        .Any(query => query.Expression.Contains($"${variable}\"", StringComparison.Ordinal));

    private JsonArray WritePanels()
    {
        var all = new JsonArray();
        var y = 0;
        foreach (var (title, id, panels) in _rows)
        {
            all.Add(WriteRow(title, id, y));
            y = WritePanels(all, panels, y + 1);
        }

        return all;
    }

    /// <summary>Writes the panels of a row in lines, from left to right.</summary>
    /// <returns>Where the next row begins.</returns>
    private int WritePanels(JsonArray all, IReadOnlyList<(Panel Panel, int Id)> panels, int top)
    {
        var y = top;
        for (var written = 0; written < panels.Count;)
        {
            var line = TakeLine(panels.Skip(written));
            var free = GridWidth - line.Sum(item => item.Panel.Width);
            var more = free <= GridWidth / 2 ? free / line.Count : 0;
            var x = 0;
            foreach (var (panel, id) in line)
            {
                var width = panel.Width + more;
                all.Add(PanelWriter.Write(panel, id, WritePlace(x, y, width, panel.Height), FindRunbook(panel)));
                x += width;
            }

            written += line.Count;
            y += line.Max(item => item.Panel.Height);
        }

        return y;
    }

    private static List<(Panel Panel, int Id)> TakeLine(IEnumerable<(Panel Panel, int Id)> panels)
    {
        var width = 0;
        return [.. panels.TakeWhile(item => (width += item.Panel.Width) <= GridWidth)];
    }

    /// <summary>Keeps what the versions have, with ids that do not depend on what is left out.</summary>
    private static List<(string Title, int Id, IReadOnlyList<(Panel Panel, int Id)> Panels)> ListRows(DashboardPlan plan, PanelScope scope)
    {
        var rows = new List<(string Title, int Id, IReadOnlyList<(Panel Panel, int Id)> Panels)>();
        foreach (var (row, index) in plan.CreateRows(scope).Select((row, index) => (row, index)))
        {
            var id = (index + 1) * IdsOfRow;
            var kept = row.Panels
                .Select((panel, place) => (
                    Panel: panel with { Queries = [.. panel.Queries.Where(query => scope.HasAll(query.Expression))] },
                    Id: id + place + 1))
                .Where(item => item.Panel.Queries.Length > 0)
                .ToList();
            if (kept.Count > 0)
            {
                rows.Add((row.Title, id, kept));
            }
        }

        return rows;
    }

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
