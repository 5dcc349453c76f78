using System.Text.Json;
using System.Text.Json.Nodes;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>
/// The types of the newest Grafana take the dashboards. What Grafana itself changes at load in a dashboard of an older
/// <c>schemaVersion</c> is changed first: the name of a data source becomes a reference.
/// </summary>
public sealed class GrafanaSchemaTests
{
    private const string Variable = "GRAFANA_SCHEMA";

    private const string Head = """
        import type { Dashboard } from '@grafana/schema';
        import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
        import type * as Lines from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
        import type * as Bars from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';

        // JSON has the value of an enumeration where TypeScript wants its name.
        type Json<T> = T extends string ? (string extends T ? T : `${T}`)
          : T extends number | boolean | null | undefined ? T
          : T extends (infer Item)[] ? Json<Item>[]
          : { [Member in keyof T]: Json<T[Member]> };

        """;

    /// <summary>What the data source of Prometheus adds to annotations and variables: the types of dashboards do not have it.</summary>
    private static readonly string[] OfPrometheus = ["definition", "expr", "step", "tagKeys", "textFormat", "titleFormat"];

    [Fact]
    public async Task Grafanas_own_types_take_every_dashboard()
    {
        var (folder, modules) = Require();
        using (folder)
        {
            var text = Head;
            foreach (var version in (string[])["2.4.0", "2.6.21", "3.0.0-beta"])
            {
                text += string.Concat(DashboardJson.Read(version).Select((item, index) => Declare(item.Json, $"{version}_{index}")));
            }

            var result = await CompileAsync(folder, modules, text);
            Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        }
    }

    [Fact]
    public async Task A_dashboard_that_is_wrong_is_refused()
    {
        var (folder, modules) = Require();
        using (folder)
        {
            var json = DashboardJson.Read("2.6.21")[0].Json;
            json["refresh"] = 30;
            var result = await CompileAsync(folder, modules, Head + Declare(json, "wrong"));
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains("error TS2322: Type 'number' is not assignable to type 'string'", result.Output, StringComparison.Ordinal);
        }
    }

    private static (TemporaryFolder Folder, string Modules) Require()
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Variable} names no folder with node_modules of @grafana/schema and typescript.");
        Assert.SkipUnless(Testing.Programs.OnPath("node"), "node is not on PATH.");
        return (new TemporaryFolder(), Path.Combine(folder!, "node_modules"));
    }

    private static Task<ChildResult> CompileAsync(TemporaryFolder folder, string modules, string text)
    {
        Directory.CreateSymbolicLink(folder.PathOf("node_modules"), modules);
        return ChildProcess.RunAsync(
            "node",
            [
                Path.Combine(modules, "typescript", "bin", "tsc"), "--noEmit", "--strict", "--skipLibCheck", "--module", "esnext",
                "--moduleResolution", "bundler", "--target", "es2022", folder.Write("dashboards.ts", text),
            ],
            Limits.Program);
    }

    /// <summary>Declares a dashboard, and the options of each panel by its kind; Grafana adds those that are not given.</summary>
    private static string Declare(JsonObject dashboard, string name)
    {
        name = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
        var json = Migrate(dashboard.DeepClone())!.AsObject();
        IEnumerable<JsonObject> extended = [.. json["annotations"]!["list"]!.AsArray().Select(item => item!.AsObject()), .. DashboardJson.Variables(json)];
        foreach (var item in extended)
        {
            Array.ForEach(OfPrometheus, name => item.Remove(name));
        }

        var text = $"export const d{name}: Json<Dashboard> = {json.ToJsonString()};\n";
        foreach (var panel in DashboardJson.Panels(json))
        {
            var kind = DashboardJson.Text(panel, "type") switch
            {
                "stat" => "Stat.Options",
                "bargauge" => "Bars.Options",
                "timeseries" => "Lines.Options & { tooltipOptions: object }",
                _ => null,
            };
            text += kind is null ? string.Empty : $"export const o{name}_{panel["id"]}: Partial<Json<{kind}>> = {panel["options"]!.ToJsonString()};\n";
        }

        return text;
    }

    private static JsonNode? Migrate(JsonNode? node)
    {
        if (node is JsonObject item)
        {
            foreach (var (name, value) in item.ToList())
            {
                if (name == "datasource" && value?.GetValueKind() == JsonValueKind.String)
                {
                    item[name] = new JsonObject { ["type"] = "prometheus", ["uid"] = (string)value! };
                }
                else
                {
                    Migrate(value);
                }
            }
        }
        else if (node is JsonArray items)
        {
            foreach (var value in items)
            {
                Migrate(value);
            }
        }

        return node;
    }
}
