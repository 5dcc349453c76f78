using System.Text.Json.Nodes;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Tests.Metrics;

namespace MilvusMonitoring.Tests.Dashboards;

/// <summary>A real Prometheus has everything that each version of Milvus shows: every panel of its dashboards has data.</summary>
public sealed class DashboardsOnPrometheusTests(DashboardsOnPrometheusTests.History history)
    : IClassFixture<DashboardsOnPrometheusTests.History>
{
    private static readonly string[] Tested = ["2.4.0", "2.4.24", "2.5.27", "2.6.5", "2.6.20", "2.6.21", "3.0.0-beta"];

    public static TheoryData<string> Versions => new(Tested);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_panel_has_data(string version)
    {
        var prometheus = history.Require();
        var empty = new List<string>();
        foreach (var (dashboard, json) in DashboardJson.Read(version))
        {
            foreach (var panel in DashboardJson.Panels(json))
            {
                var answers = await QueryAsync(prometheus, panel, VersionHistory.InstanceOf(version));
                var lacking = answers.Where(answer => answer.Result.Count == 0).Select(answer => answer.Query).ToList();

                // The queries of a stat panel are alternatives: each has its words.
                if (lacking.Count > 0 && (DashboardJson.Text(panel, "type") != "stat" || lacking.Count == answers.Count))
                {
                    empty.Add($"{dashboard.Uid}: {DashboardJson.Text(panel, "title")}\n  {string.Join("\n  ", lacking)}");
                }
            }
        }

        Assert.True(empty.Count == 0, $"{empty.Count} panels of {version} have no data:\n{string.Join('\n', empty)}");
    }

    [Fact]
    public async Task Two_monitors_that_scrape_one_pod_change_nothing()
    {
        var prometheus = history.Require();
        var changed = new List<string>();
        foreach (var (dashboard, json) in DashboardJson.Read(VersionHistory.VersionScrapedTwice))
        {
            foreach (var panel in DashboardJson.Panels(json))
            {
                var once = await QueryAsync(prometheus, panel, VersionHistory.InstanceOf(VersionHistory.VersionScrapedTwice));
                var twice = await QueryAsync(prometheus, panel, VersionHistory.ScrapedTwice);
                changed.AddRange(once.Zip(twice)
                    .Where(pair => !Values(pair.First.Result).SequenceEqual(Values(pair.Second.Result)))
                    .Select(pair => $"{dashboard.Uid}: {DashboardJson.Text(panel, "title")}\n  {pair.First.Query}"));
            }
        }

        Assert.True(changed.Count == 0, string.Join('\n', changed));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_variable_has_values(string version)
    {
        var prometheus = history.Require();
        foreach (var variable in DashboardJson.Variables(DashboardJson.Read(version)[0].Json).Skip(1))
        {
            var query = DashboardJson.Text(variable, "query");
            var parts = query["label_values(".Length..^1];
            var at = parts.LastIndexOf(", ", StringComparison.Ordinal);
            var filled = DashboardJson.Fill(parts[..at], ("instance", VersionHistory.InstanceOf(version)));
            var values = await prometheus.QueryAsync($"count by ({parts[(at + 2)..]}) ({filled})", VersionHistory.End, Token);
            Assert.All(values, value => Assert.Single(value!["metric"]!.AsObject()));
            Assert.NotEmpty(values);
        }
    }

    private static async Task<IReadOnlyList<(string Query, JsonArray Result)>> QueryAsync(
        RealPrometheus prometheus,
        JsonObject panel,
        string instance)
    {
        var answers = new List<(string, JsonArray)>();
        foreach (var target in DashboardJson.Targets(panel))
        {
            var query = DashboardJson.Fill(DashboardJson.Text(target, "expr"), ("instance", instance));
            answers.Add((query, await prometheus.QueryAsync(query, VersionHistory.End, Token)));
        }

        return answers;
    }

    private static IEnumerable<string> Values(JsonArray result) =>
        result.Select(series => series!["value"]![1]!.GetValue<string>()).Order(StringComparer.Ordinal);

    /// <summary>One Prometheus for all versions.</summary>
    public sealed class History : IAsyncLifetime
    {
        private RealPrometheus? _prometheus;

        public async ValueTask InitializeAsync()
        {
            if (VersionMetrics.Folder is null || Missing is not null)
            {
                return;
            }

            using var folder = new TemporaryFolder();
            var file = folder.PathOf("history.txt");
            await using (var writer = new StreamWriter(file))
            {
                new VersionHistory(writer).Write(Tested);
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
            VersionMetrics.Require();
            Assert.SkipWhen(Missing is not null, Missing ?? string.Empty);
            return _prometheus!;
        }
    }

    internal static string? Missing => RealPrometheus.Program is null || !Testing.Programs.OnPath("promtool")
        ? "prometheus or promtool is not on PATH."
        : null;
}
