using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.Metrics;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>Reads dashboards as Grafana does.</summary>
internal static class DashboardJson
{
    public static DashboardOptions Options { get; } = new() { RunbookUri = new Uri("https://runbooks.example/alerts/") };

    public static IReadOnlyList<(Dashboard Dashboard, JsonObject Json)> Read(string version) =>
    [
        .. MilvusDashboards.Create([MilvusVersion.Parse(version)!], Options)
            .Select(dashboard => (dashboard, JsonNode.Parse(dashboard.Json.Span)!.AsObject())),
    ];

    /// <summary>The panels without the headings of rows.</summary>
    public static IEnumerable<JsonObject> Panels(JsonObject dashboard) =>
        dashboard["panels"]!.AsArray().Select(panel => panel!.AsObject()).Where(panel => Text(panel, "type") != "row");

    public static IEnumerable<JsonObject> Targets(JsonObject panel) => panel["targets"]!.AsArray().Select(target => target!.AsObject());

    public static IEnumerable<JsonObject> Variables(JsonObject dashboard) =>
        dashboard["templating"]!["list"]!.AsArray().Select(variable => variable!.AsObject());

    public static string Text(JsonNode node, string member) =>
        node[member] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : string.Empty;

    /// <summary>Puts values in the place of Grafana's variables; those that are not given are <c>All</c>.</summary>
    public static string Fill(string expression, params (string Name, string Value)[] values)
    {
        foreach (var (name, value) in values)
        {
            expression = expression.Replace($"${name}", value, StringComparison.Ordinal);
        }

        foreach (var name in (string[])["namespace", "instance", "pod", "database", "collection"])
        {
            expression = expression.Replace($"${name}", ".*", StringComparison.Ordinal);
        }

        return expression.Replace("$__rate_interval", "2m", StringComparison.Ordinal);
    }
}
