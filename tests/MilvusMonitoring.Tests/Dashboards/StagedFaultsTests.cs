using System.Globalization;
using System.Text.Json.Nodes;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Dashboards.Panels;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>
/// The first row of the overview says what is wrong: in each stage the panel that is meant for the fault shows it in words and in red, and
/// in a healthy hour every panel is green.
/// </summary>
public sealed class StagedFaultsTests(StagedFaultsTests.Hours hours) : IClassFixture<StagedFaultsTests.Hours>
{
    private const string Folder = "STAGED_FAULTS";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_a_healthy_hour_everything_is_green()
    {
        var shown = await ReadFirstRowAsync(Stage.Healthy);
        Assert.Equal(
            [
                "Does Prometheus reach it?: targets are down, green", "Can clients connect?: proxies, green",
                "Can it search?: query nodes, green", "Does it refuse requests?: nothing is refused, green",
                "Do requests fail?: of requests fail, refused ones aside, green", "Are searches slow?: p99: fast enough, green",
                "Are writes slow?: p99: fast enough, green", "Do requests queue in a proxy?: p99: no queue, green",
                "Do searches queue in a query node?: p99: no queue, green",
            ],
            shown);
    }

    [Fact]
    public async Task Without_a_query_node_it_says_that_no_search_works() => Assert.Equal(
        [
            "Can it search?: NO QUERY NODE: no search works, red", "Do requests fail?: of requests FAIL, red",
        ],
        (await ReadFirstRowAsync(Stage.NoQueryNode)).Where(IsBad));

    [Fact]
    public async Task Where_memory_is_exhausted_it_says_that_writes_are_refused() => Assert.Equal(
        ["Does it refuse requests?: WRITES REFUSED: memory full, red"],
        (await ReadFirstRowAsync(Stage.WritesRefused)).Where(IsBad));

    [Fact]
    public async Task Where_requests_queue_it_says_where_and_that_searches_are_slow() => Assert.Equal(
        [
            "Are searches slow?: p99: SEARCHES ARE SLOW, red", "Do requests queue in a proxy?: p99: REQUESTS QUEUE, red",
            "Do searches queue in a query node?: p99: SEARCHES QUEUE, red",
        ],
        (await ReadFirstRowAsync(Stage.RequestsQueue)).Where(IsBad));

    [Theory]
    [InlineData(Stage.NoQueryNode, "MilvusNoQueryNode")]
    [InlineData(Stage.WritesRefused, "MilvusRequestsRefused")]
    [InlineData(Stage.RequestsQueue, "MilvusSearchSlow")]
    internal async Task The_alert_of_the_fault_is_in_the_table(Stage stage, string alert)
    {
        var table = DashboardJson.Panels(DashboardJson.Read("2.6.21")[0].Json).Single(panel => DashboardJson.Text(panel, "type") == "table");
        var rows = await QueryAsync(DashboardJson.Targets(table).Single(), stage);
        Assert.Contains(rows, row => DashboardJson.Text(row!["metric"]!, "alertname") == alert);
    }

    /// <summary>For pictures: the whole hours of all stages, to be loaded by <c>promtool tsdb create-blocks-from openmetrics</c>.</summary>
    [Fact]
    public async Task The_hours_are_written_to_the_folder_that_a_variable_names()
    {
        var folder = Environment.GetEnvironmentVariable(Folder);
        Assert.SkipWhen(string.IsNullOrEmpty(folder), $"{Folder} names no folder.");
        var used = string.Concat(MilvusDashboards.Create([], new DashboardOptions())
            .Select(dashboard => JsonNode.Parse(dashboard.Json.Span)!.ToJsonString()));
        foreach (var stage in Enum.GetValues<Stage>())
        {
            await using var writer = new StreamWriter(Path.Combine(folder!, $"{stage}.txt"));
            new StagedFaults(writer, stage)
                .Write(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1), metric => used.Contains(metric.Name, StringComparison.Ordinal));
            StagedFaults.End(writer);
        }
    }

    private static bool IsBad(string shown) => shown.EndsWith(", red", StringComparison.Ordinal);

    /// <summary>Reads the panels of the first row as Grafana shows them: the words of each series, on the colour of its value.</summary>
    private async Task<IReadOnlyList<string>> ReadFirstRowAsync(Stage stage)
    {
        var shown = new List<string>();
        var json = DashboardJson.Read("2.6.21")[0].Json;
        var next = json["panels"]!.AsArray().Skip(1).First(panel => DashboardJson.Text(panel!, "type") == "row")!;
        foreach (var panel in DashboardJson.Panels(json).Where(panel => (int)panel["gridPos"]!["y"]! < (int)next["gridPos"]!["y"]!))
        {
            foreach (var target in DashboardJson.Targets(panel))
            {
                foreach (var series in await QueryAsync(target, stage))
                {
                    var value = double.Parse(series!["value"]![1]!.GetValue<string>(), CultureInfo.InvariantCulture);
                    shown.Add($"{DashboardJson.Text(panel, "title")}: {DashboardJson.Text(target, "legendFormat")}, {ColourOf(panel, value)}");
                }
            }
        }

        return shown;
    }

    private static string ColourOf(JsonObject panel, double value)
    {
        var steps = panel["fieldConfig"]!["defaults"]!["thresholds"]!["steps"]!.AsArray();
        return DashboardJson.Text(steps.Last(step => step!["value"] is not { } from || value >= (double)from)!, "color");
    }

    private Task<JsonArray> QueryAsync(JsonObject target, Stage stage) => hours.Require()
        .QueryAsync(DashboardJson.Fill(DashboardJson.Text(target, "expr")), StagedFaults.EndOf(stage), Token);

    /// <summary>One Prometheus with the end of every hour, for the metrics of the overview.</summary>
    public sealed class Hours : IAsyncLifetime
    {
        private RealPrometheus? _prometheus;

        public async ValueTask InitializeAsync()
        {
            if (DashboardsOnPrometheusTests.Missing is not null)
            {
                return;
            }

            var overview = DashboardJson.Read("2.6.21")[0].Json.ToJsonString();
            using var folder = new TemporaryFolder();
            var file = folder.PathOf("history.txt");
            await using (var writer = new StreamWriter(file))
            {
                foreach (var stage in Enum.GetValues<Stage>())
                {
                    new StagedFaults(writer, stage).Write(
                        TimeSpan.FromMinutes(10),
                        TimeSpan.FromSeconds(30),
                        metric => overview.Contains(metric.Name, StringComparison.Ordinal));
                }

                StagedFaults.End(writer);
            }

            _prometheus = await RealPrometheus.StartWithHistoryAsync(file, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            if (_prometheus is not null)
            {
                await _prometheus.DisposeAsync();
            }
        }

        internal RealPrometheus Require()
        {
            Assert.SkipWhen(DashboardsOnPrometheusTests.Missing is not null, DashboardsOnPrometheusTests.Missing ?? string.Empty);
            return _prometheus!;
        }
    }
}
