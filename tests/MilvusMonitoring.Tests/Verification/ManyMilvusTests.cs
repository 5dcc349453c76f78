using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EmbeddedCluster;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Verification;

/// <summary><c>Test-MilvusMonitoring</c> and <c>Get-MilvusAlertRule</c> for many Milvus at once.</summary>
public sealed class ManyMilvusTests
{
    private const int Many = 21;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Every Milvus is in another state, chosen by a generator: what the test of all says of one is what the test of that one says.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_test_of_all_says_of_each_what_the_test_of_it_alone_says(int seed)
    {
        await using var stage = await FleetStage.StartAsync();
        var random = new Random(seed);
        for (var number = 0; number < Many + 1; number++)
        {
            stage.Add(number, (FleetFault)random.Next(Enum.GetValues<FleetFault>().Length));
        }

        await stage.RunningAsync();
        var all = (await stage.RunAsync("Test-MilvusMonitoring -ErrorAction SilentlyContinue")).OutputOf<MonitoringCheck>();

        Assert.True(all.Where(check => check.Check == "Samples").Select(check => check.Status).Distinct().Count() > 1);
        for (var number = 0; number < Many + 1; number += 3)
        {
            var alone = (await stage.RunAsync($"Test-MilvusMonitoring milvus-{number} -ErrorAction SilentlyContinue"))
                .OutputOf<MonitoringCheck>();
            Assert.Equal(
                alone.Where(check => check.Instance is not null).Select(Describe),
                all.Where(check => check.Instance == $"milvus-{number}").Select(Describe));
        }
    }

    /// <summary>Their rules are judged 50 Milvus at a time.</summary>
    [Fact]
    public async Task The_rules_of_all_are_those_of_each_alone()
    {
        const int Judged = 53;
        await using var stage = await FleetStage.StartAsync();
        for (var number = 0; number < Judged; number++)
        {
            stage.Add(number, number % 7 == 2 ? FleetFault.NoRules : FleetFault.None);
        }

        await stage.RunningAsync();
        var all = (await stage.RunAsync("Get-MilvusAlertRule")).EnsureNoError().OutputOf<MilvusAlertRule>();

        Assert.Equal(45, all.Select(rule => rule.Instance).Distinct().Count());
        foreach (var number in (int[])[0, 1, 2, 48, 49, 50, 51, 52])
        {
            var alone = (await stage.RunAsync($"Get-MilvusAlertRule milvus-{number}")).EnsureNoError().OutputOf<MilvusAlertRule>();
            Assert.Equal(alone.Select(Describe), all.Where(rule => rule.Instance == $"milvus-{number}").Select(Describe));
        }
    }

    /// <summary>Requests are a function of the number of Milvus: of batches for Prometheus, of namespaces for the API server.</summary>
    [Fact]
    public async Task Twice_as_many_Milvus_cost_Prometheus_no_request_more()
    {
        await using var stage = await FleetStage.StartAsync();
        var small = await stage.CountAsync(0, Many);
        var large = await stage.CountAsync(Many, 2 * Many);

        Assert.Equal(small.ToPrometheus, large.ToPrometheus);
        Assert.Equal(1, large.ToPrometheus["/api/v1/status/config"]);
        Assert.Equal(1, large.ToPrometheus["/api/v1/targets"]);
        Assert.Equal(1, large.ToPrometheus["/api/v1/rules"]);
        Assert.True(large.ToPrometheus["/api/v1/query"] <= 5, $"{large.ToPrometheus["/api/v1/query"]}");

        var more = large.ToServer
            .Select(request => (request.Key, More: request.Value - small.ToServer.GetValueOrDefault(request.Key)))
            .Where(request => request.More != 0)
            .ToDictionary(request => request.Key, request => request.More);
        Assert.Equal(0, more.Where(request => IsReview(request.Key)).Sum(request => request.Value) % Many);
        Assert.Equal(
            new Dictionary<string, int>
            {
                ["GET /api/v1/namespaces/vectors-N/secrets/sh.helm.release.v1.milvus-N.v1"] = Many,
                ["GET /api/v1/namespaces/vectors-N/services?limit=500"] = Many,
                ["GET /api/v1/namespaces/vectors-N/pods?limit=500"] = Many,
                ["GET /apis/discovery.k8s.io/v1/namespaces/vectors-N/endpointslices?limit=500"] = Many,
            },
            more.Where(request => !IsReview(request.Key)).ToDictionary());
    }

    private static bool IsReview(string request) => request.Contains("subjectaccessreviews", StringComparison.Ordinal);

    private static string Describe(MonitoringCheck check) =>
        $"{check.Check} {check.Status} {check.Target}: {check.Detail} | {check.Remedy} | {check.CausedBy} {check.ErrorId} {check.Namespace}";

    private static string Describe(MilvusAlertRule rule) =>
        $"{rule.Instance} {rule.Name} {rule.State} {rule.CanFire} {rule.Why} {rule.Source} {rule.Expression}";

    /// <summary>What is wrong with a Milvus.</summary>
    private enum FleetFault
    {
        None,
        NoMonitor,
        NoJob,
        NoTarget,
        TargetDown,
        NoSamples,
        OtherJob,
        NoRules,
        OldSamples,
    }

    /// <param name="ToPrometheus">The requests to Prometheus by their paths.</param>
    /// <param name="ToServer">Those to the API server, with an N for the number of a Milvus.</param>
    private sealed record Counted(IReadOnlyDictionary<string, int> ToPrometheus, IReadOnlyDictionary<string, int> ToServer);

    /// <summary>A cluster with a stack and many Milvus, and a stand-in for Prometheus.</summary>
    private sealed class FleetStage : IAsyncDisposable
    {
        private readonly Stage _stage;
        private readonly PrometheusStub _prometheus;
        private readonly List<int> _numbers = [];
        private readonly Dictionary<int, FleetFault> _faults = [];

        private FleetStage(Stage stage, PrometheusStub prometheus) => (_stage, _prometheus) = (stage, prometheus);

        public static async Task<FleetStage> StartAsync()
        {
            var stage = new FleetStage(await Stage.StartAsync(), await PrometheusStub.StartAsync());
            await stage._stage.InstalledAsync("-Wait");
            return stage;
        }

        public Task<PowerShellResult> RunAsync(string command) =>
            _stage.RunAsync($"{command} -Kubeconfig $c -PrometheusUri {_prometheus.Address}");

        public void Add(int number, FleetFault fault)
        {
            _numbers.Add(number);
            _faults[number] = fault;
            var milvus = new SampleMilvus { Name = $"milvus-{number}", Namespace = $"vectors-{number}" };
            milvus.PutInto(_stage.Cluster);
            if (fault != FleetFault.NoMonitor)
            {
                _stage.Put($$"""
                    {"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"{{milvus.Name}}","namespace":"{{milvus.Namespace}}"},
                     "spec":{"selector":{"matchLabels":{"app.kubernetes.io/instance":"{{milvus.Name}}","app.kubernetes.io/name":"milvus"} },"endpoints":[{"port":"metrics"}]} }
                    """);
            }
        }

        /// <summary>Waits until every Milvus runs, and has Prometheus scrape it as far as it is well.</summary>
        public async Task RunningAsync()
        {
            await _stage.Cluster.WaitForAsync(
                cluster => cluster.List("discovery.k8s.io/v1", "EndpointSlice")
                    .Where(slice => ((string)slice["metadata"]!["namespace"]!).StartsWith("vectors-", StringComparison.Ordinal))
                    .SelectMany(slice => slice["endpoints"]?.AsArray() ?? [])
                    .Count(endpoint => (bool?)endpoint!["conditions"]?["ready"] is true) == _numbers.Count,
                Token);
            _prometheus.Jobs.Clear();
            _prometheus.Targets.Clear();
            _prometheus.Rules = [];
            foreach (var number in _numbers)
            {
                Scrape(number, _faults[number]);
            }
        }

        /// <summary>Adds Milvus, tests all, and counts what that costs.</summary>
        public async Task<Counted> CountAsync(int from, int to)
        {
            foreach (var number in Enumerable.Range(from, to - from))
            {
                Add(number, FleetFault.None);
            }

            await RunningAsync();
            await _stage.SettledAsync();
            _prometheus.Requests.Clear();
            _stage.Cluster.Requests.Clear();
            var checks = (await RunAsync("Test-MilvusMonitoring -ErrorAction SilentlyContinue")).OutputOf<MonitoringCheck>();
            Assert.Equal(to, checks.Count(check => check is { Check: "Samples", Status: CheckStatus.Passed }));
            return new Counted(
                Count(_prometheus.Requests),
                Count(_stage.Cluster.Requests.All.Select(request =>
                    $"{request.Method} {Regex.Replace(request.Path, @"(vectors-|milvus-)\d+", "$1N")}")));
        }

        private static SortedDictionary<string, int> Count(IEnumerable<string> requests) =>
            new(requests.CountBy(request => request).ToDictionary(), StringComparer.Ordinal);

        public async ValueTask DisposeAsync()
        {
            await _prometheus.DisposeAsync();
            await _stage.DisposeAsync();
        }

        private void Scrape(int number, FleetFault fault)
        {
            var (name, place) = ($"milvus-{number}", $"vectors-{number}");
            var pod = _stage.Cluster.List("v1", "Pod", place).Single();
            var address = $"{pod["status"]!["podIP"]}:9091";
            var pool = fault == FleetFault.OtherJob ? $"by-hand-{number}" : $"serviceMonitor/{place}/{name}/0";
            if (fault != FleetFault.NoJob)
            {
                _prometheus.Jobs.Add(pool);
            }

            if (fault is not (FleetFault.NoTarget or FleetFault.NoJob or FleetFault.NoMonitor))
            {
                var labels = new Dictionary<string, string>
                {
                    ["job"] = $"{name}-milvus",
                    ["instance"] = address,
                    ["namespace"] = place,
                    ["pod"] = (string)pod["metadata"]!["name"]!,
                    ["app_kubernetes_io_name"] = "milvus",
                    ["app_kubernetes_io_instance"] = name,
                };
                _prometheus.Targets.Add(new StubTarget(pool, address, labels)
                {
                    Health = fault == FleetFault.TargetDown ? "down" : "up",
                    Error = fault == FleetFault.TargetDown ? "connection refused" : string.Empty,
                    HasSamples = fault != FleetFault.NoSamples,
                });
            }

            if (fault != FleetFault.NoRules)
            {
                _prometheus.Rules.Add(CreateRules(name, place));
            }
        }

        private static JsonObject CreateRules(string name, string place) => new JsonObject
        {
            ["name"] = $"{name}.rules",
            ["file"] = $"{place}.yaml",
            ["rules"] = new JsonArray([
                .. ((string[])["up", "milvus_proxy_req_count"]).Select(metric => new JsonObject
                {
                    ["type"] = "alerting",
                    ["name"] = $"Alert-{metric}",
                    ["query"] = $"{metric}{{app_kubernetes_io_instance=\"{name}\",namespace=\"{place}\"}} == 0",
                    ["state"] = "inactive",
                    ["health"] = "ok",
                    ["lastEvaluation"] = "2026-08-01T10:00:00Z",
                    ["labels"] = new JsonObject { ["severity"] = "warning" },
                }),
            ]),
        };
    }
}
