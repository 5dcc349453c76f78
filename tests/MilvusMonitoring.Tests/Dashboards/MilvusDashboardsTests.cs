using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MilvusMonitoring.Alerts.Rules;
using MilvusMonitoring.Dashboards.Panels;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>What holds of every dashboard, by its JSON.</summary>
public sealed partial class MilvusDashboardsTests
{
    private const int MostBytes = 200_000;
    private const int MostBytesOfAll = 600_000;

    private static readonly string[] Kinds = ["timeseries", "stat", "table", "bargauge"];
    private static readonly HashSet<string> KnownRanges = ["$__rate_interval", "1h", "1d"];
    private static readonly string[] Foreign = ["kube_", "container_", "kubelet_"];

    public static TheoryData<string> Versions =>
        new(MilvusMetrics.Versions.Where(version => version.IsRelease).Select(version => version.ToString()).Append("3.0.0-beta"));

    [Fact]
    public void There_are_six_of_fixed_names()
    {
        Assert.Equal(
            [
                ("milvus-overview", "Milvus / Overview"), ("milvus-requests", "Milvus / Requests"), ("milvus-query", "Milvus / Query nodes"),
                ("milvus-data", "Milvus / Data"), ("milvus-coordination", "Milvus / Coordination"), ("milvus-resources", "Milvus / Resources"),
            ],
            MilvusDashboards.All);
        Assert.Equal(
            MilvusDashboards.All.Select(item => item.Uid),
            MilvusDashboards.Create([], new DashboardOptions()).Select(dashboard => dashboard.Uid));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void The_bytes_are_the_same_each_time_and_few(string version)
    {
        var all = DashboardJson.Read(version);
        Assert.Equal(
            all.Select(item => Convert.ToHexString(item.Dashboard.Json.Span)),
            DashboardJson.Read(version).Select(item => Convert.ToHexString(item.Dashboard.Json.Span)));
        Assert.All(all, item => Assert.InRange(item.Dashboard.Json.Length, 1, MostBytes));
        Assert.InRange(all.Sum(item => item.Dashboard.Json.Length), 1, MostBytesOfAll);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void The_head_of_each_is_alike(string version) => Assert.All(DashboardJson.Read(version), item =>
    {
        var (dashboard, json) = item;
        Assert.Equal((dashboard.Uid, dashboard.Title), (DashboardJson.Text(json, "uid"), DashboardJson.Text(json, "title")));
        Assert.NotEmpty(DashboardJson.Text(json, "description"));
        Assert.False((bool)json["editable"]!);
        Assert.Equal("30s", DashboardJson.Text(json, "refresh"));
        Assert.Equal(1, (int)json["graphTooltip"]!);
        Assert.Equal("""{"from":"now-1h","to":"now"}""", json["time"]!.ToJsonString());
        Assert.Equal("""["milvus","milvus-monitoring"]""", json["tags"]!.ToJsonString());
        Assert.InRange((int)json["schemaVersion"]!, 27, 32);
        Assert.False(json.ContainsKey("id"));
        Assert.False(json.ContainsKey("__inputs"));
    });

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_panel_says_what_it_is(string version) => Assert.All(DashboardJson.Read(version), item =>
    {
        var panels = item.Json["panels"]!.AsArray().Select(panel => panel!.AsObject()).ToList();
        Assert.Distinct(panels.Select(panel => (int)panel["id"]!));
        Assert.All(DashboardJson.Panels(item.Json), panel =>
        {
            var title = DashboardJson.Text(panel, "title");
            Assert.Contains(DashboardJson.Text(panel, "type"), Kinds);
            Assert.EndsWith("?", title, StringComparison.Ordinal);
            Assert.EndsWith(".", DashboardJson.Text(panel, "description"), StringComparison.Ordinal);
            var field = panel["fieldConfig"]!["defaults"]!;
            Assert.NotEmpty(DashboardJson.Text(field, "unit"));
            Assert.Null(field["thresholds"]!["steps"]![0]!["value"]);
            Assert.NotEmpty(DashboardJson.Targets(panel));
            Assert.Distinct(DashboardJson.Targets(panel).Select(target => DashboardJson.Text(target, "refId")));
            Assert.All(DashboardJson.Targets(panel), target =>
            {
                Assert.Equal(DashboardJson.Text(panel, "type") != "timeseries", (bool)target["instant"]!);
                Assert.True(
                    DashboardJson.Text(panel, "type") == "table" || DashboardJson.Text(target, "legendFormat").Length > 0,
                    $"{title} has a query without legend.");
            });
        });
    });

    [Theory]
    [MemberData(nameof(Versions))]
    public void No_panel_covers_another(string version) => Assert.All(DashboardJson.Read(version), item =>
    {
        var cells = item.Json["panels"]!.AsArray().SelectMany(panel =>
        {
            var place = panel!["gridPos"]!;
            return from x in Enumerable.Range((int)place["x"]!, (int)place["w"]!)
                   from y in Enumerable.Range((int)place["y"]!, (int)place["h"]!)
                   select (x, y);
        }).ToList();
        Assert.Distinct(cells);
        Assert.All(cells, cell => Assert.InRange(cell.x, 0, 23));
    });

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_query_and_variable_uses_the_data_source_that_the_user_chooses(string version) =>
        Assert.All(DashboardJson.Read(version), item =>
        {
            var variables = DashboardJson.Variables(item.Json).ToList();
            Assert.Equal(
                ["datasource", "namespace", "instance", "pod", "database", "collection"],
                variables.Select(variable => DashboardJson.Text(variable, "name")));
            Assert.Equal("prometheus", DashboardJson.Text(variables[0], "query"));
            IEnumerable<JsonObject> users =
            [
                .. variables.Skip(1),
                .. DashboardJson.Panels(item.Json),
                .. DashboardJson.Panels(item.Json).SelectMany(DashboardJson.Targets),
                .. item.Json["annotations"]!["list"]!.AsArray().Select(annotation => annotation!.AsObject()),
            ];
            Assert.All(users, user => Assert.Equal("$datasource", DashboardJson.Text(user, "datasource")));
            Assert.All(variables.Skip(1), variable =>
            {
                Assert.True((bool)variable["multi"]! && (bool)variable["includeAll"]!);
                Assert.Equal(".*", DashboardJson.Text(variable, "allValue"));
                Assert.Equal(2, (int)variable["refresh"]!);
                Assert.StartsWith("label_values(milvus_", DashboardJson.Text(variable, "query"), StringComparison.Ordinal);
            });
        });

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_dashboard_shows_the_variables_by_which_it_selects_and_no_others(string version) =>
        Assert.All(DashboardJson.Read(version), item =>
        {
            var expressions = string.Join('\n', Expressions(item.Json));
            Assert.All(DashboardJson.Variables(item.Json).Skip(1), variable =>
                Assert.Equal(
                    (int)variable["hide"]! == 0,
                    expressions.Contains($"${DashboardJson.Text(variable, "name")}\"", StringComparison.Ordinal)));
        });

    [Theory]
    [MemberData(nameof(Versions))]
    public void Expressions_are_of_the_chosen_Milvus_and_of_metrics_of_the_version(string version)
    {
        var running = MilvusVersion.Parse(version)!;
        Assert.All(DashboardJson.Read(version).SelectMany(item => Expressions(item.Json)), expression =>
        {
            var needs = PromQlReader.Find(DashboardJson.Fill(expression));
            Assert.NotNull(needs);
            Assert.DoesNotContain("app_kubernetes_io_name", expression, StringComparison.Ordinal);
            Assert.DoesNotContain("kube_pod_info", expression, StringComparison.Ordinal);
            Assert.All(needs.Selectors, selector =>
            {
                Assert.Contains(selector.Matchers, matcher => matcher.Label == "namespace");
                if (selector.Metric!.StartsWith("milvus_", StringComparison.Ordinal))
                {
                    Assert.Contains(selector.Matchers, matcher => matcher.Label == MilvusSeries.InstanceLabel);
                    Assert.True(MilvusMetrics.Find(selector.Metric) is { } metric && metric.IsIn(running) is not false);
                }
            });
            Assert.Subset(KnownRanges, Ranges().Matches(expression).Select(range => range.Groups[1].Value).ToHashSet());
        });
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Only_panels_that_say_so_need_more_than_Milvus(string version) => Assert.All(DashboardJson.Read(version), item =>
        Assert.All(DashboardJson.Panels(item.Json), panel =>
        {
            var needsOthers = DashboardJson.Targets(panel)
                .Any(target => Foreign.Any(prefix => DashboardJson.Text(target, "expr").Contains(prefix, StringComparison.Ordinal)));
            Assert.Equal(needsOthers, DashboardJson.Text(panel, "description").Contains(" Needs ", StringComparison.Ordinal));
            Assert.True(!needsOthers || item.Dashboard.Uid is "milvus-overview" or "milvus-resources");
        }));

    [Fact]
    public void Panels_link_to_runbooks_only_where_there_are_some()
    {
        var links = DashboardJson.Read("2.6.21")
            .SelectMany(item => DashboardJson.Panels(item.Json))
            .Where(panel => panel.ContainsKey("links"))
            .Select(panel => DashboardJson.Text(panel["links"]![0]!, "url"))
            .ToList();
        Assert.NotEmpty(links);
        Assert.Subset(AlertRules.All.Select(rule => $"https://runbooks.example/alerts/{rule.Name}.md").ToHashSet(), links.ToHashSet());

        Assert.All(MilvusDashboards.Create([], new DashboardOptions()), dashboard =>
        {
            var json = JsonNode.Parse(dashboard.Json.Span)!;
            Assert.Equal("dashboards", DashboardJson.Text(Assert.Single(json["links"]!.AsArray())!, "type"));
            Assert.DoesNotContain(DashboardJson.Panels(json.AsObject()), panel => panel.ContainsKey("links"));
        });
    }

    [Fact]
    public void A_panel_without_a_metric_in_the_version_is_left_out_and_the_ids_of_others_stay()
    {
        var old = Ids("2.4.0");
        var now = Ids("2.6.21");
        const string Queue = "Do requests queue in a proxy?";
        Assert.DoesNotContain(Queue, old.Keys);
        Assert.Contains(Queue, now.Keys);
        Assert.Subset(now.ToHashSet(), old.ToHashSet());

        static Dictionary<string, int> Ids(string version) => DashboardJson.Panels(DashboardJson.Read(version)[0].Json)
            .GroupBy(panel => DashboardJson.Text(panel, "title"))
            .ToDictionary(panel => panel.Key, panel => (int)panel.First()["id"]!);
    }

    [Fact]
    public void Without_a_version_they_are_of_the_newest() => Assert.Equal(
        DashboardJson.Read("3.0.0-beta").Select(item => Convert.ToHexString(item.Dashboard.Json.Span)),
        MilvusDashboards.Create([], DashboardJson.Options).Select(dashboard => Convert.ToHexString(dashboard.Json.Span)));

    private static IEnumerable<string> Expressions(JsonObject dashboard) =>
        DashboardJson.Panels(dashboard).SelectMany(DashboardJson.Targets).Select(target => DashboardJson.Text(target, "expr"));

    [GeneratedRegex(@"\[([^\]]+)\]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Ranges();
}
