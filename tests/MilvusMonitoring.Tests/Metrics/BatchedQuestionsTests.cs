using System.Globalization;
using System.Text;
using System.Text.Json;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Metrics;
using MilvusMonitoring.Metrics.Queries;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Verification;
using Microsoft.AspNetCore.Http;

namespace MilvusMonitoring.Tests.Metrics;

/// <summary>Questions about many Milvus, asked of a real Prometheus together and one by one.</summary>
public sealed class BatchedQuestionsTests : IAsyncLifetime
{
    private const int Milvus = 40;
    private const int Questions = 600;

    private static readonly string[] Namespaces = ["a", "a.b", "axb", "a|b", "q\"u", "back\\slash", "dollar$", "(c)"];
    private static readonly string[] Names = ["m", "m.1", "mx1", "m+", "[m]"];
    private static readonly string[] Metrics = ["milvus_rootcoord_proxy_num", "milvus_proxy_req_count", "go_info"];
    private static readonly string[] Statuses = ["success", "fail", "a b"];
    private static readonly string[] Patterns =
        ["pod-1(?:-.+)?", "pod-(?:1|2|3)", "pod-1.*|absent", "(?:pod-.+)?", "pod-[0-4]", @"pod\.1|pod-7"];

    private static readonly string[] Jobs = ["one", "two.jobs", "twoxjobs"];

    private readonly Random _random = new(5);
    private readonly HttpClient _http = new();
    private LoopbackServer _pages = null!;
    private RealPrometheus _prometheus = null!;
    private PrometheusApi _api = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(MonitoredCluster.Missing is not null, $"{MonitoredCluster.Missing}");
        var page = WritePage();
        _pages = await LoopbackServer.StartAsync(context => context.Response.WriteAsync(page, Token), Token);
        _prometheus = await RealPrometheus.StartAsync(
            $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s}
            scrape_configs:
            - job_name: all
              honor_labels: true
              static_configs: [{targets: ['{{_pages.Address.Authority}}']}]
            """,
            Token);
        _http.BaseAddress = _prometheus.Address;
        _api = new PrometheusApi(_http, "prometheus", ServerAccess.Prometheus);
        while ((await _prometheus.QueryAsync("go_info", DateTimeOffset.UtcNow, Token)).Count == 0)
        {
            await Task.Delay(50, Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_prometheus is not null)
        {
            await _prometheus.DisposeAsync();
        }

        if (_pages is not null)
        {
            await _pages.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_question_about_many_gives_each_what_its_own_gives()
    {
        var asked = Enumerable.Range(0, Questions).Select(_ => CreateCount()).ToList();
        var together = await new SeriesCounter(_api).CountAsync(asked, Token);

        Assert.Contains(asked, count => together[count].Count > 0);
        foreach (var count in asked.DistinctBy(count => $"{count.By} {count.Selector}"))
        {
            var text = count.By is null ? $"count({count.Selector})" : $"count by ({count.By}) ({count.Selector})";
            var alone = (await _api.QueryAsync(text, Token)).GetProperty("result").EnumerateArray()
                .ToDictionary(result => ReadLabel(result, count.By) ?? SeriesCounter.NoValue, ReadNumber);
            Assert.Equivalent(alone, together[count], strict: true);
        }

        var groups = Enumerable.Range(0, Milvus).Select(_ => CreatePods()).ToList();
        var samples = await SampleAgeQuery.ListAsync(_api, groups, Token);
        Assert.Contains(samples, answer => answer.Value!.Count > 0);
        for (var index = 0; index < groups.Count; index++)
        {
            var own = await _api.QueryAsync(SampleAgeQuery.Write(groups[index]), Token);
            Assert.Equal(Describe(SampleAgeQuery.ReadAges(own)), Describe(samples[index].Value!));
        }
    }

    /// <summary>The labels of samples, with their ages in minutes: samples are a minute apart, and time goes on meanwhile.</summary>
    private static IEnumerable<string> Describe(IEnumerable<SampleAge> samples) => samples
        .Select(sample => $"{string.Join(',', sample.Labels.OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}"))} "
            + $"{(int)(sample.Age.TotalSeconds / 60)}")
        .Order(StringComparer.Ordinal);

    private static string? ReadLabel(JsonElement result, string? label) =>
        label is not null && result.GetProperty("metric").TryGetProperty(label, out var value) ? value.GetString() : null;

    private static double ReadNumber(JsonElement result) =>
        double.Parse(result.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);

    private SeriesCount CreateCount()
    {
        var matchers = new List<SelectorMatcher>();
        Add("namespace", Namespaces);
        Add("app_kubernetes_io_instance", Names);
        Add("status", Statuses);
        if (_random.Next(3) == 0)
        {
            matchers.Add(new SelectorMatcher("pod", "=~", Pick(Patterns)));
        }

        var selector = new QuerySelector(_random.Next(8) == 0 ? null : Pick(Metrics), matchers);
        selector = matchers.Exists(matcher => matcher is { Operator: "=", Value.Length: > 0 }) || selector.Metric is not null
            ? selector
            : selector with { Metric = Metrics[0] };
        return new SeriesCount(selector, _random.Next(3) == 0 ? Pick(["status", "namespace", "pod", "absent"]) : null);

        void Add(string label, string[] values)
        {
            var kind = _random.Next(10);
            if (kind < 6)
            {
                matchers.Add(new SelectorMatcher(label, "=", _random.Next(12) == 0 ? string.Empty : Pick(values)));
            }
            else if (kind < 9)
            {
                matchers.Add(new SelectorMatcher(label, Pick(["!=", "=~", "!~"]), Pick(["a.*", "m.+", "success", ".*b", "a|b"])));
            }
        }
    }

    private List<ScrapedPod> CreatePods() =>
        [.. Enumerable.Range(0, 1 + _random.Next(8)).Select(_ => CreatePod(_random.Next(60)))];

    private ScrapedPod CreatePod(int number)
    {
        var pod = new MilvusPod(Pick(Namespaces), $"pod-{number % 20}", PodState.Ready) { Addresses = [$"10.0.0.{number}"] };
        if (_random.Next(4) == 0)
        {
            return new ScrapedPod(pod, []);
        }

        var labels = new Dictionary<string, string> { ["instance"] = $"10.0.0.{number}:9091", ["job"] = Pick(Jobs) };
        if (_random.Next(12) == 0)
        {
            labels.Remove(Pick(["instance", "job"]));
        }

        return new ScrapedPod(pod, [new PrometheusTarget(labels, "up", string.Empty, null, null)]);
    }

    private string WritePage()
    {
        var page = new StringBuilder();
        var now = DateTimeOffset.UtcNow;
        foreach (var metric in Metrics)
        {
            for (var number = 0; number < 150; number++)
            {
                string[] labels =
                [
                    Label("namespace", Namespaces),
                    Label("app_kubernetes_io_instance", Names),
                    Label("status", Statuses),
                    Label("job", Jobs),
                    Label("instance", [$"10.0.0.{_random.Next(60)}:9091", $"[10.0.0.{_random.Next(60)}]", $"10.0.0.{_random.Next(60)}:x"]),
                    Label("pod", [$"pod-{_random.Next(20)}"]),
                    $"number=\"{number}\"",
                ];
                page.Append(CultureInfo.InvariantCulture, $"{metric}{{{string.Join(',', labels.Where(label => label.Length > 0))}}} 1 ")
                    .Append(CultureInfo.InvariantCulture, $"{now.AddSeconds(-5 - (60 * (number % 4))).ToUnixTimeMilliseconds()}\n");
            }
        }

        return page.ToString();
    }

    private string Label(string name, string[] values) => _random.Next(10) == 0 ? string.Empty : $"{name}={PromText.Quote(Pick(values))}";

    private string Pick(string[] values) => values[_random.Next(values.Length)];
}
