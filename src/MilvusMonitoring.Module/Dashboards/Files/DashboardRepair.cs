using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using static MilvusMonitoring.Dashboards.Files.DashboardContent;

namespace MilvusMonitoring.Dashboards.Files;

/// <summary>What in a dashboard of others does not work in another Grafana.</summary>
/// <param name="DataSources">The data sources that it names by a name or uid of the Grafana that it was made in.</param>
/// <param name="OldPanels">How many panels have a type that Grafana 12 no longer has, by type.</param>
/// <param name="Plugins">The types of panels that only a plugin has.</param>
internal sealed record DashboardFaults(
    IReadOnlyList<string> DataSources,
    IReadOnlyDictionary<string, int> OldPanels,
    IReadOnlyList<string> Plugins)
{
    public bool Any => IsMendable || Plugins.Count > 0;

    public bool IsMendable => DataSources.Count > 0 || OldPanels.Count > 0;

    /// <returns>
    /// <c>it names the data source P1809F7CD0C75ACF3; 124 panels are of the type graph, which Grafana 12 no longer has</c>.
    /// </returns>
    public override string ToString() => string.Join("; ", ListTexts());

    private IEnumerable<string> ListTexts()
    {
        if (DataSources.Count > 0)
        {
            yield return $"it names {(DataSources.Count == 1 ? "the data source" : "the data sources")} {string.Join(", ", DataSources)}";
        }

        foreach (var (type, count) in OldPanels.OrderByDescending(item => item.Value))
        {
            var panels = count == 1 ? "1 panel is" : string.Create(CultureInfo.InvariantCulture, $"{count} panels are");
            yield return $"{panels} of the type {type}, which Grafana 12 no longer has";
        }

        if (Plugins.Count > 0)
        {
            var names = string.Join(", ", Plugins);
            yield return $"it needs {(Plugins.Count == 1 ? "the plugin" : "the plugins")} {names}, which Grafana does not bring";
        }
    }
}

/// <summary>Finds and mends what keeps a dashboard of others from working: fixed data sources, and types of panels that are gone.</summary>
internal static class DashboardRepair
{
    private const string PrometheusType = "prometheus";
    private const string VariableName = "datasource";
    private const string VariableValue = "${" + VariableName + "}";

    /// <summary>
    /// The version of the schema from which on a data source is an object. Grafana 7.5 shows nothing of a dashboard with such an object,
    /// and takes a string.
    /// </summary>
    private const int FirstWithObjects = 33;

    private static readonly Dictionary<string, string> NewTypes = new(StringComparer.Ordinal)
    {
        ["graph"] = "timeseries",
        ["singlestat"] = "stat",
        ["table-old"] = "table",
        ["heatmap-old"] = "heatmap",
        ["grafana-piechart-panel"] = "piechart",
        ["grafana-worldmap-panel"] = "geomap",
    };

    /// <summary>The fields of a panel of the type graph that the type timeseries does not have.</summary>
    private static readonly string[] GraphFields =
    [
        "aliasColors", "bars", "dashes", "dashLength", "fill", "fillGradient", "hiddenSeries", "legend", "lines", "linewidth",
        "nullPointMode", "percentage", "pointradius", "points", "seriesOverrides", "spaceLength", "stack", "steppedLine", "thresholds",
        "timeRegions", "tooltip", "xaxis", "yaxes", "yaxis",
    ];

    /// <summary>The types of panels that Grafana brings, the newest among them since 12.</summary>
    private static readonly string[] OwnTypes =
    [
        "alertlist", "annolist", "barchart", "bargauge", "candlestick", "canvas", "dashlist", "datagrid", "debug", "flamegraph", "gauge",
        "geomap", "gettingstarted", "heatmap", "histogram", "library-panel", "live", "logs", "news", "nodeGraph", "piechart", "row", "stat",
        "state-timeline", "status-history", "table", "text", "timeseries", "traces", "trend", "welcome", "xychart",
    ];

    /// <summary>The data sources that every Grafana has.</summary>
    private static readonly string[] BuiltIn = ["-- Grafana --", "-- Mixed --", "-- Dashboard --", "grafana", "default"];

    /// <summary>Finds what does not work elsewhere.</summary>
    public static DashboardFaults Find(JsonObject model)
    {
        var sources = ListReferences(model).Select(FindFixed).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var old = ListPanelObjects(model)
            .Select(panel => ReadText(panel, "type"))
            .Where(NewTypes.ContainsKey)
            .GroupBy(type => type, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var plugins = ListPanelObjects(model)
            .Select(panel => ReadText(panel, "type"))
            .Where(type => type.Length > 0 && !OwnTypes.Contains(type) && !NewTypes.ContainsKey(type))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return new DashboardFaults(sources, old, plugins);
    }

    /// <summary>Mends a dashboard.</summary>
    /// <returns>The dashboard, whose data sources are a variable, and whose old panels are new ones; the same if nothing is
    /// wrong.</returns>
    public static DashboardDocument Mend(DashboardDocument document)
    {
        var model = document.Parse();
        if (!Find(model).IsMendable)
        {
            return document;
        }

        var usesObjects = ReadNumber(model, "schemaVersion") >= FirstWithObjects;
        foreach (var owner in ListOwners(model).Where(owner => FindFixed(owner["datasource"]) is not null).ToList())
        {
            owner["datasource"] = usesObjects
                ? new JsonObject { ["type"] = PrometheusType, ["uid"] = VariableValue }
                : VariableValue;
        }

        AddVariable(model);
        model.Remove("__inputs");
        model.Remove("__requires");
        foreach (var panel in ListPanelObjects(model))
        {
            Mend(panel);
        }

        return document with { Json = JsonSerializer.SerializeToUtf8Bytes(model) };
    }

    private static void AddVariable(JsonObject model)
    {
        if (model["templating"] is not JsonObject templating)
        {
            model["templating"] = templating = new JsonObject();
        }

        if (templating["list"] is not JsonArray list)
        {
            templating["list"] = list = [];
        }

        if (!list.OfType<JsonObject>().Any(variable => ReadText(variable, "name") == VariableName))
        {
            list.Insert(0, new JsonObject
            {
                ["name"] = VariableName,
                ["label"] = "Data source",
                ["type"] = "datasource",
                ["query"] = PrometheusType,
                ["refresh"] = 1,
                ["hide"] = 0,
                ["multi"] = false,
                ["includeAll"] = false,
            });
        }
    }

    private static void Mend(JsonObject panel)
    {
        var old = ReadText(panel, "type");
        if (!NewTypes.TryGetValue(old, out var type))
        {
            return;
        }

        panel["type"] = type;
        panel.Remove("renderer");
        panel.Remove("pluginVersion");
        if (panel["fieldConfig"] is not JsonObject config)
        {
            panel["fieldConfig"] = config = new JsonObject { ["overrides"] = new JsonArray() };
        }

        if (config["defaults"] is not JsonObject defaults)
        {
            config["defaults"] = defaults = new JsonObject();
        }

        if (old == "graph")
        {
            MendGraph(panel, defaults);
        }
        else if (old == "singlestat")
        {
            Put(defaults, "unit", ReadText(panel, "format"));
            panel["options"] = new JsonObject
            {
                ["reduceOptions"] = new JsonObject { ["calcs"] = new JsonArray("lastNotNull"), ["values"] = false },
                ["colorMode"] = "value",
            };
        }
    }

    private static void MendGraph(JsonObject panel, JsonObject defaults)
    {
        var axis = ListObjects(panel["yaxes"]).FirstOrDefault();
        if (axis is not null)
        {
            Put(defaults, "unit", ReadText(axis, "format"));
            PutNumber(defaults, "min", axis["min"]);
            PutNumber(defaults, "max", axis["max"]);
        }

        defaults["custom"] = new JsonObject
        {
            ["drawStyle"] = IsTrue(panel["bars"]) ? "bars" : "line",
            ["lineWidth"] = Copy(panel["linewidth"]) ?? 1,
            ["fillOpacity"] = ReadNumber(panel, "fill") * 10,
            ["showPoints"] = IsTrue(panel["points"]) ? "always" : "never",
            ["stacking"] = new JsonObject { ["mode"] = IsTrue(panel["stack"]) ? "normal" : "none", ["group"] = "A" },
        };
        var legend = panel["legend"] as JsonObject;
        panel["options"] = new JsonObject
        {
            ["legend"] = new JsonObject
            {
                ["displayMode"] = IsTrue(legend?["alignAsTable"]) ? "table" : "list",
                ["placement"] = IsTrue(legend?["rightSide"]) ? "right" : "bottom",
                ["showLegend"] = legend?["show"] is null || IsTrue(legend["show"]),
                ["calcs"] = CreateCalculations(legend),
            },
            ["tooltip"] = new JsonObject { ["mode"] = "multi", ["sort"] = "desc" },
        };
        foreach (var name in GraphFields)
        {
            panel.Remove(name);
        }
    }

    private static JsonArray CreateCalculations(JsonObject? legend)
    {
        (string Old, string New)[] names = [("avg", "mean"), ("current", "lastNotNull"), ("max", "max"), ("min", "min"), ("total", "sum")];
        return [.. names.Where(name => IsTrue(legend?[name.Old])).Select(name => (JsonNode)name.New)];
    }

    /// <summary>The name or uid of a data source that only the Grafana has in which the dashboard was made; null for any other.</summary>
    private static string? FindFixed(JsonNode? source)
    {
        var name = source switch
        {
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            JsonObject reference when ReadText(reference, "type") is "" or PrometheusType => ReadText(reference, "uid"),
            _ => string.Empty,
        };
        var isInput = name.StartsWith("${DS_", StringComparison.Ordinal);
        return name.Length == 0 || BuiltIn.Contains(name) || (name.Contains('$', StringComparison.Ordinal) && !isInput) ? null : name;
    }

    private static IEnumerable<JsonNode?> ListReferences(JsonObject model) => ListOwners(model).Select(owner => owner["datasource"]);

    private static IEnumerable<JsonObject> ListOwners(JsonObject model)
    {
        var annotations = model["annotations"] is JsonObject holder ? ListObjects(holder["list"]) : [];
        var panels = ListPanelObjects(model).SelectMany(panel => ListObjects(panel["targets"]).Prepend(panel));
        return panels.Concat(ListVariables(model)).Concat(annotations);
    }

    private static int ReadNumber(JsonObject item, string name) =>
        item[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : 0;

    private static bool IsTrue(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();

    private static void Put(JsonObject target, string name, string text)
    {
        if (text.Length > 0)
        {
            target[name] = text;
        }
    }

    private static void PutNumber(JsonObject target, string name, JsonNode? value)
    {
        var text = value?.ToString();
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            target[name] = number;
        }
    }
}
