using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MilvusMonitoring.Tests.Alerts;

/// <summary>
/// <c>promtool test rules</c> for each alert and each version of Milvus: a case in which the alert fires, and one in which it does not.
/// Each case is played once more with two monitors that scrape the same pods.
/// </summary>
public sealed partial class AlertRuleUnitTests
{
    private static readonly Dictionary<string, string> Target = new(StringComparer.Ordinal)
    {
        ["namespace"] = "milvus",
        ["app_kubernetes_io_instance"] = "my-release",
        ["app_kubernetes_io_name"] = "milvus",
        ["pod"] = "my-release-milvus-proxy-0",
        ["instance"] = "10.0.0.1:9091",
        ["job"] = "my-release-milvus",
        ["service"] = "my-release-milvus",
        ["container"] = "proxy",
        ["node_id"] = "1",
    };

    private static readonly string[] Versions = ["2.4.24", "2.5.27", "2.6.5", "2.6.20", "2.6.21", "3.0.0-beta"];

    /// <summary>The versions that have an alert that no earlier one has, or cases of their own for it.</summary>
    public static TheoryData<string> VersionsOfTheirOwn { get; } = [.. Versions.Where(version => ListNewAlerts(version).Count > 0)];

    [Fact]
    public void Each_alert_of_each_version_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() => Assert.All(
        Versions,
        version =>
        {
            var (names, cases) = (ListAlerts(version).Keys, ListCases(version));
            Assert.Empty(names.Except(cases.Where(item => item.Firing > 0).Select(item => item.Alert)));
            Assert.Empty(names.Except(cases.Where(item => item.Firing == 0).Select(item => item.Alert)));
        });

    /// <summary>An alert that is that of an earlier version, with the same cases, is played once.</summary>
    [Theory]
    [MemberData(nameof(VersionsOfTheirOwn))]
    public async Task Each_alert_fires_when_it_should_and_only_then(string version)
    {
        Assert.SkipUnless(Testing.Programs.OnPath("promtool"), "promtool is not on PATH.");
        var alerts = ListNewAlerts(version);
        var cases = ListCases(version).Where(item => alerts.Contains(item.Alert)).ToList();

        using var folder = new TemporaryFolder();
        folder.Write("rules.json", Render(version, alerts.Contains).ToJsonString());
        var tests = new JsonObject
        {
            ["rule_files"] = new JsonArray("rules.json"),
            ["evaluation_interval"] = "1m",
            ["tests"] = new JsonArray([.. Pack(cases).SelectMany(pack => new[] { Test(pack, isTwice: false), Test(pack, isTwice: true) })]),
        };
        var result = await ChildProcess.RunAsync(
            "promtool",
            ["test", "rules", folder.Write("tests.json", tests.ToJsonString())],
            Limits.Program);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
    }

    private static JsonObject Render(string version, Func<string, bool> isWanted) =>
        Samples.Render([.. Samples.Choose(version).Where(rule => isWanted(rule.Rule.Name))]);

    /// <summary>The alerts of a version, each with its rule and its cases.</summary>
    private static Dictionary<string, string> ListAlerts(string version)
    {
        var cases = ListCases(version).ToLookup(item => item.Alert);
        return Samples.Choose(version).Select(rule => rule.Rule.Name).ToDictionary(
            name => name,
            name => Render(version, other => other == name).ToJsonString() + string.Join('\n', cases[name]));
    }

    private static HashSet<string> ListNewAlerts(string version)
    {
        var earlier = Versions.TakeWhile(other => other != version).SelectMany(ListAlerts).ToHashSet();
        return [.. ListAlerts(version).Where(alert => !earlier.Contains(alert)).Select(alert => alert.Key)];
    }

    private static List<AlertCase> ListCases(string version)
    {
        var names = Samples.Choose(version).Select(rule => rule.Rule.Name).ToHashSet();
        return
        [
            .. AlertCases.All.Where(item =>
                names.Contains(item.Alert) && (item.Versions.Count == 0 || item.Versions.Contains(version))),
        ];
    }

    /// <summary>
    /// Packs cases whose alerts look at different metrics into one test: promtool evaluates every rule of the file for every test.
    /// </summary>
    private static IReadOnlyList<IReadOnlyList<AlertCase>> Pack(IReadOnlyList<AlertCase> cases)
    {
        var metrics = cases
            .GroupBy(item => item.Alert)
            .ToDictionary(alert => alert.Key, alert => alert.SelectMany(item => item.Series).Select(Metric).ToHashSet());
        var packs = new List<(List<AlertCase> Cases, HashSet<string> Metrics)>();
        foreach (var item in cases)
        {
            var pack = packs.Find(pack => !pack.Metrics.Overlaps(metrics[item.Alert]));
            if (pack.Cases is null)
            {
                packs.Add(pack = ([], []));
            }

            pack.Cases.Add(item);
            pack.Metrics.UnionWith(metrics[item.Alert]);
        }

        return [.. packs.Select(pack => pack.Cases)];
    }

    private static string Metric(string series) => Parts().Match(series).Groups["name"].Value;

    private static JsonObject Test(IReadOnlyList<AlertCase> cases, bool isTwice) => new()
    {
        ["interval"] = "1m",
        ["input_series"] = new JsonArray(
        [
            .. cases
                .SelectMany(item => item.Series)
                .SelectMany(series => isTwice ? new[] { Series(series), Series(series, "other") } : [Series(series)]),
        ]),
        ["promql_expr_test"] = new JsonArray([.. cases.Select(Expect)]),
    };

    private static JsonObject Expect(AlertCase item) => new()
    {
        ["expr"] = $"count(ALERTS{{alertname=\"{item.Alert}\",alertstate=\"firing\",namespace=\"milvus\",app_kubernetes_io_instance=\"my-release\"}})",
        ["eval_time"] = $"{AlertCases.Minutes}m",
        ["exp_samples"] = item.Firing == 0
            ? new JsonArray()
            : new JsonArray(new JsonObject { ["labels"] = "{}", ["value"] = item.Firing }),
    };

    /// <summary>A series with the labels of its target.</summary>
    /// <param name="text">The series as the case has it.</param>
    /// <param name="job">The job and Service of another monitor; null for the usual ones.</param>
    private static JsonObject Series(string text, string? job = null)
    {
        var match = Parts().Match(text);
        var labels = new Dictionary<string, string>(Target, StringComparer.Ordinal);
        foreach (Match label in Label().Matches(match.Groups["labels"].Value))
        {
            labels[label.Groups[1].Value] = label.Groups[2].Value;
        }

        if (job is not null)
        {
            (labels["job"], labels["service"]) = (job, job);
        }

        return new JsonObject
        {
            ["series"] = $"{match.Groups["name"].Value}{{{string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\""))}}}",
            ["values"] = match.Groups["values"].Value,
        };
    }

    [GeneratedRegex("""^(?<name>[a-z_]+)(?:\{(?<labels>.*)\})? (?<values>.+)$""")]
    private static partial Regex Parts();

    [GeneratedRegex("""([a-z_]+)="([^"]*)"(?:,|$)""")]
    private static partial Regex Label();
}
