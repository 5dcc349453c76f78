using System.Text.Json.Nodes;
using MilvusMonitoring.Metrics.Queries;

namespace MilvusMonitoring.Dashboards.Panels;

/// <summary>Writes a panel as Grafana takes it.</summary>
internal static class PanelWriter
{
    /// <summary>
    /// The interval of scrapes that Grafana counts with: <c>$__rate_interval</c> is then at least four times as long, and has several
    /// samples of a monitor with the usual 30 s whatever the data source says.
    /// </summary>
    private const string ScrapeInterval = "30s";

    /// <summary>How the labels are called that a table shows, in their order.</summary>
    private static readonly (string Label, string Title)[] Columns =
    [
        ("severity", "Severity"), ("alertname", "Alert"), ("namespace", "Namespace"), ("app_kubernetes_io_instance", "Milvus"),
        ("pod", "Pod"), ("version", "Version"), ("mq", "Message queue"), ("meta", "Meta store"),
    ];

    /// <summary>Writes a panel.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="id">Its id.</param>
    /// <param name="place">Its place on the dashboard.</param>
    /// <param name="runbook">The address of the runbook of its alert; null for no link.</param>
    public static JsonObject Write(Panel panel, int id, JsonObject place, string? runbook)
    {
        var json = new JsonObject
        {
            ["datasource"] = DashboardWriter.DataSource,
            ["description"] = Describe(panel),
            ["fieldConfig"] = new JsonObject { ["defaults"] = WriteField(panel), ["overrides"] = WriteNeutral(panel) },
            ["gridPos"] = place,
            ["id"] = id,
            ["options"] = WriteOptions(panel),
            ["targets"] = new JsonArray([.. panel.Queries.Select((query, index) => WriteTarget(panel.Kind, query, index))]),
            ["title"] = panel.Title,
            ["type"] = panel.Kind.ToString().ToLowerInvariant(),
        };
        if (panel.Kind == PanelKind.Table)
        {
            json["transformations"] = new JsonArray(WriteColumns());
        }

        if (runbook is not null)
        {
            json["links"] = new JsonArray(WriteLink($"Runbook of {panel.Alert}", "link", runbook, []));
        }

        return json;
    }

    /// <summary>Writes a link of a dashboard or of a panel.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="type"><c>link</c> for an address, <c>dashboards</c> for all dashboards with tags.</param>
    /// <param name="address">The address.</param>
    /// <param name="tags">The tags.</param>
    public static JsonObject WriteLink(string title, string type, string address, string[] tags) => new()
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

    /// <summary>All but lines over time ask for now only, so that what was wrong before does not look as if it were.</summary>
    private static JsonObject WriteTarget(PanelKind kind, PanelQuery query, int index) => new()
    {
        ["datasource"] = DashboardWriter.DataSource,
        ["expr"] = query.Expression,
        ["format"] = kind == PanelKind.Table ? "table" : "time_series",
        ["instant"] = kind != PanelKind.TimeSeries,
        ["interval"] = ScrapeInterval,
        ["legendFormat"] = query.Legend,
        ["refId"] = ((char)('A' + index)).ToString(),
    };

    private static JsonObject WriteField(Panel panel)
    {
        IReadOnlyList<PanelThreshold> thresholds =
            panel.Thresholds.Count > 0 ? panel.Thresholds : [new PanelThreshold(null, PanelThreshold.Good)];
        var field = new JsonObject
        {
            ["color"] = new JsonObject { ["mode"] = panel.Kind == PanelKind.TimeSeries ? "palette-classic" : "thresholds" },
            ["mappings"] = new JsonArray(),
            ["thresholds"] = new JsonObject
            {
                ["mode"] = "absolute",
                ["steps"] = new JsonArray([.. thresholds.Select(WriteStep)]),
            },
            ["unit"] = panel.Unit,
        };
        if (panel.Kind == PanelKind.TimeSeries)
        {
            field["custom"] = WriteLines(panel);
            field["min"] = 0;
        }

        return field;
    }

    /// <summary>Grafana 7.5 draws no line at a threshold: the description names it.</summary>
    private static string Describe(Panel panel) => panel is { Kind: PanelKind.TimeSeries, Thresholds: [.., { From: { } limit }] }
        ? $"{panel.Description} Values of {DescribeValue(limit, panel.Unit)} or more are too high."
        : panel.Description;

    private static string DescribeValue(double value, string unit) => unit switch
    {
        PanelUnit.Ratio => PromText.Format(value * 100) + "%",
        PanelUnit.Milliseconds or PanelUnit.Seconds => $"{PromText.Format(value)} {unit}",
        _ => PromText.Format(value),
    };

    private static JsonArray WriteNeutral(Panel panel) =>
    [
        .. panel.Queries.Where(query => query.IsNeutral).Select(query => new JsonObject
        {
            ["matcher"] = new JsonObject { ["id"] = "byName", ["options"] = query.Legend },
            ["properties"] = new JsonArray(
                WriteProperty("color", new JsonObject { ["fixedColor"] = PanelThreshold.Neutral, ["mode"] = "fixed" }),
                WriteProperty("unit", "none")),
        }),
    ];

    private static JsonObject WriteProperty(string id, JsonNode value) => new() { ["id"] = id, ["value"] = value };

    private static JsonObject WriteStep(PanelThreshold threshold) => new() { ["color"] = threshold.Colour, ["value"] = threshold.From };

    private static JsonObject WriteLines(Panel panel) => new()
    {
        ["drawStyle"] = "line",
        ["fillOpacity"] = 8,
        ["lineInterpolation"] = "linear",
        ["lineWidth"] = 1,
        ["showPoints"] = "never",
        ["spanNulls"] = false,
        ["thresholdsStyle"] = new JsonObject { ["mode"] = panel.Thresholds.Count > 0 ? "line" : "off" },
    };

    private static JsonObject WriteOptions(Panel panel) => panel.Kind switch
    {
        PanelKind.Stat => new JsonObject
        {
            ["colorMode"] = "background",
            ["graphMode"] = "none",
            ["justifyMode"] = "center",
            ["orientation"] = "horizontal",
            ["reduceOptions"] = WriteReduction(),
            ["text"] = panel.IsWordsOnly ? new JsonObject() : new JsonObject { ["titleSize"] = 22, ["valueSize"] = 54 },
            ["textMode"] = panel.IsWordsOnly ? "name" : "value_and_name",
        },
        PanelKind.BarGauge => new JsonObject
        {
            ["displayMode"] = "basic",
            ["orientation"] = "horizontal",
            ["reduceOptions"] = WriteReduction(),
            ["showUnfilled"] = true,
        },
        PanelKind.Table => new JsonObject
        {
            ["showHeader"] = true,
            ["sortBy"] = panel.SortedBy is { } column
                ? new JsonArray(new JsonObject { ["desc"] = false, ["displayName"] = column })
                : new JsonArray(),
        },
        _ => new JsonObject
        {
            ["legend"] = new JsonObject
            {
                ["calcs"] = new JsonArray(),
                ["displayMode"] = "list",
                ["placement"] = "bottom",
                ["showLegend"] = true,
            },
            ["tooltip"] = new JsonObject { ["mode"] = "multi", ["sort"] = "desc" },
            ["tooltipOptions"] = new JsonObject { ["mode"] = "multi" },
        },
    };

    private static JsonObject WriteReduction() =>
        new() { ["calcs"] = new JsonArray("lastNotNull"), ["fields"] = string.Empty, ["values"] = false };

    private static JsonObject WriteColumns() => new()
    {
        ["id"] = "organize",
        ["options"] = new JsonObject
        {
            ["excludeByName"] = new JsonObject { ["Time"] = true, ["Value"] = true },
            ["indexByName"] = new JsonObject(
                Columns.Select((column, index) => KeyValuePair.Create(column.Label, (JsonNode?)index))),
            ["renameByName"] = new JsonObject(
                Columns.Select(column => KeyValuePair.Create(column.Label, (JsonNode?)column.Title))),
        },
    };
}
