using System.Text.Json;
using System.Text.Json.Nodes;
using MilvusMonitoring.Kubernetes.Objects;
using MilvusMonitoring.Milvus;
using MilvusMonitoring.Servers;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>
/// Draws instances, Services, monitors and targets at random, has a model of Prometheus discover and scrape them, and compares what the
/// rules conclude with what the model knows: whether every running pod of the Milvus has a fresh sample on every replica.
/// </summary>
public sealed class GeneratedProofTests
{
    private const int Draws = 10_000;
    private const int Seed = 20261130;

    [Fact]
    public void No_draw_passes_that_proves_nothing_and_none_fails_that_is_proven()
    {
        var (proven, disproven) = (0, 0);
        var random = new Random(Seed);
        for (var number = 0; number < Draws; number++)
        {
            var draw = new Draw(random);
            var (isProven, findings) = (draw.IsProven(), draw.Evaluate());
            var holds = findings.All(finding => finding.Status is CheckStatus.Passed or CheckStatus.Warning);
            Assert.True(isProven == holds, $"draw {number}: {isProven}\n{draw}\n{string.Join('\n', findings.AsEnumerable())}");
            _ = isProven ? proven++ : disproven++;
        }

        // A generator that draws only one of both tests nothing.
        Assert.InRange(proven, Draws / 10, Draws);
        Assert.InRange(disproven, Draws / 10, Draws);
    }

    private sealed record DrawnPod(string Name, string Instance, string? Component, string? PortName, string Phase, bool IsReady)
    {
        public string Address => $"10.0.{(Instance == "demo" ? 0 : 1)}.{Name[^1]}";

        public bool IsAlive => Phase == "Running";

        // Attu is a user interface without metrics.
        public bool IsMilvus => Instance == "demo" && Component != "attu" && IsAlive;

        public bool Has(IReadOnlyDictionary<string, string> labels) =>
            labels.All(label => Labels.GetValueOrDefault(label.Key) == label.Value);

        public Dictionary<string, string> Labels
        {
            get
            {
                var labels = Mark(Instance);
                if (Component is not null)
                {
                    labels["component"] = Component;
                }

                return labels;
            }
        }
    }

    private sealed record DrawnService(
        string Name,
        Dictionary<string, string> Labels,
        Dictionary<string, string> Selector,
        string PortName,
        bool IsByNumber)
    {
        /// <summary>The pods in its EndpointSlices: those that have ended are not among them, those that start are.</summary>
        public bool LeadsTo(DrawnPod pod) => pod.IsAlive && pod.Has(Selector) && (IsByNumber || pod.PortName == "metrics");
    }

    private sealed record DrawnMonitor(string Kind, string Name, Dictionary<string, string> Selector, string Port, bool SeesNamespace)
    {
        public string Pool => $"{char.ToLowerInvariant(Kind[0])}{Kind[1..]}/monitoring/{Name}/0";
    }

    private sealed record DrawnTarget(DrawnPod Pod, PrometheusTarget Target, TimeSpan? Age);

    private static Dictionary<string, string> Mark(string instance) => new()
    {
        ["app.kubernetes.io/instance"] = instance,
        ["app.kubernetes.io/name"] = "milvus",
    };

    private sealed class Draw
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
        private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);
        private static readonly TimeSpan Stale = TimeSpan.FromMinutes(3);

        private readonly Random _random;
        private readonly List<DrawnPod> _pods = [];
        private readonly List<DrawnService> _services = [];
        private readonly List<DrawnMonitor> _monitors = [];
        private readonly List<List<DrawnTarget>> _replicas = [];

        public Draw(Random random)
        {
            _random = random;
            DrawPods("demo", random.Next(1, 5));
            DrawPods("other", random.Next(0, 3));
            for (var number = 0; number < random.Next(1, 3); number++)
            {
                var labels = Pick(80) ? Mark("demo") : Mark("other");
                var selector = Pick(85) ? Mark("demo") : Mark("other");
                if (Pick(15))
                {
                    selector["component"] = "proxy";
                }

                _services.Add(new DrawnService($"service-{number}", labels, selector, Pick(85) ? "metrics" : "http", Pick(50)));
            }

            for (var number = 0; number < random.Next(0, 3); number++)
            {
                var selector = Mark("demo");
                if (Pick(20))
                {
                    selector.Remove("app.kubernetes.io/instance");
                }

                if (Pick(10))
                {
                    selector["component"] = "proxy";
                }

                var port = random.Next(10) switch
                {
                    < 7 => "metrics",
                    < 8 => "http",
                    _ => "9091",
                };
                _monitors.Add(new DrawnMonitor(Pick(60) ? "ServiceMonitor" : "PodMonitor", $"m{number}", selector, port, Pick(90)));
            }

            var discovered = _monitors.SelectMany(monitor => _pods.SelectMany(pod => Discover(monitor, pod))).ToList();
            var jobs = Pick(20) ? _pods.Where(_ => Pick(70)).Select(pod => (Pool: "by-hand", Pod: pod)) : [];
            discovered.AddRange(jobs.ToList());
            var shapes = discovered.Select(item => (item.Pool, item.Pod, Shape: random.Next(6))).ToList();
            var isHealthy = Pick(70);
            for (var replica = random.Next(1, 3); replica > 0; replica--)
            {
                var ages = _pods.ToDictionary(
                    pod => pod,
                    _ => isHealthy || Pick(85) ? Fresh : random.GetItems<TimeSpan?>([Stale, null], 1)[0]);
                var sidecars = _pods.Where(_ => Pick(20)).Select(pod => Scrape("sidecars", pod, 3, 15020, true, Fresh));
                _replicas.Add([
                    .. shapes.Select(item => Scrape(item.Pool, item.Pod, item.Shape, 9091, isHealthy, ages[item.Pod])),
                    .. sidecars,
                ]);
            }
        }

        public bool IsProven()
        {
            var wanted = _pods.Where(pod => pod is { IsMilvus: true, IsReady: true }).ToList();
            return wanted.Count > 0 && _replicas.All(targets => wanted.All(pod => targets.Any(item =>
                item.Pod == pod && item.Target.IsUp && item.Target.Pool != "sidecars" && item.Age == Fresh)));
        }

        public IReadOnlyList<Finding> Evaluate()
        {
            var rule = new ReachRule(ToObjects(), new ReachedInstance("demo", "milvus"));
            var reaching = _monitors.Select(ToMonitor).Where(rule.Reaches).ToList();
            var used = rule.Choose(reaching);
            var reach = rule.Evaluate(used);
            var pools = used.Select(monitor => _monitors.First(drawn => drawn.Name == monitor.Metadata.Name).Pool).ToHashSet();
            if (used.Count == 0)
            {
                pools.UnionWith(JobSearch.Choose([.. _replicas.Select(ListAll)], reach.Pods!, hasMonitors: true));
                if (pools.Count == 0)
                {
                    return [Finding.Failed("t", "no monitor", "Enable")];
                }
            }

            var answers = Answer(targets => [.. targets.Where(target => pools.Contains(target.Pool))]);
            if (TargetsRule.IsIncomplete(reach.Pods, answers))
            {
                answers = Answer(targets => TargetsRule.Filter(targets, pools, reach.Pods)!);
            }

            var scraped = TargetsRule.ListScraped(reach.Pods, [.. answers.SelectMany(answer => answer.Value!)]);
            return
            [
                EndpointsRule.Evaluate("t", reach.Pods),
                TargetsRule.Evaluate("t", reach.Pods, answers, "Wait", _ => "More"),
                SamplesRule.Evaluate("t", Interval, ListSamples(scraped), scraped, "milvus", "up{}", "Wait", "Enable"),
            ];
        }

        public override string ToString() => string.Join(
            '\n',
            _pods.Select(pod => $"{pod}")
                .Concat(_services.Select(service => $"{service} {Join(service.Labels)} to {Join(service.Selector)}"))
                .Concat(_monitors.Select(monitor => $"{monitor} of {Join(monitor.Selector)}"))
                .Concat(_replicas.SelectMany((targets, index) => targets.Select(item =>
                    $"{index}: {item.Pod.Name} {item.Target.Pool} {item.Target.Health} {item.Age} {Join(item.Target.Labels)}"))));

        private static string Join(IReadOnlyDictionary<string, string> labels) =>
            string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"));

        private bool Pick(int percent) => _random.Next(100) < percent;

        private void DrawPods(string instance, int count)
        {
            for (var number = 0; number < count; number++)
            {
                var component = _random.Next(10) switch
                {
                    < 5 => "proxy",
                    < 8 => "datanode",
                    < 9 => null,
                    _ => "attu",
                };
                var port = _random.Next(20) switch
                {
                    < 17 => "metrics",
                    < 19 => "http",
                    _ => null,
                };
                var phase = _random.Next(20) switch
                {
                    < 17 => "Running",
                    < 18 => "Succeeded",
                    < 19 => "Failed",
                    _ => "Terminating",
                };
                var name = $"{instance}-{number}";
                _pods.Add(new DrawnPod(name, instance, component, component == "attu" ? null : port, phase, phase == "Running" && Pick(85)));
            }
        }

        /// <summary>The discovery of Prometheus with the relabelling that the operator writes for a monitor.</summary>
        private IEnumerable<(string Pool, DrawnPod Pod)> Discover(DrawnMonitor monitor, DrawnPod pod)
        {
            if (!monitor.SeesNamespace || !pod.IsAlive)
            {
                return [];
            }

            var declares = monitor.Port == "9091" ? pod.PortName is not null : pod.PortName == monitor.Port;
            if (monitor.Kind == "PodMonitor")
            {
                return pod.Has(monitor.Selector) && declares ? [(monitor.Pool, pod)] : [];
            }

            return _services
                .Where(service => monitor.Selector.All(label => service.Labels.GetValueOrDefault(label.Key) == label.Value))
                .Where(service => service.LeadsTo(pod) && (monitor.Port == "9091" ? declares : service.PortName == monitor.Port))
                .Select(_ => (monitor.Pool, pod));
        }

        private DrawnTarget Scrape(string pool, DrawnPod pod, int shape, int port, bool isHealthy, TimeSpan? age)
        {
            var labels = new Dictionary<string, string>
            {
                ["job"] = pool,
                ["instance"] = shape == 1 ? pod.Name : $"{pod.Address}:{port}",
                ["namespace"] = "db",
                ["pod"] = pod.Name,
                ["app_kubernetes_io_name"] = "milvus",
                ["app_kubernetes_io_instance"] = pod.Instance,
            };
            var health = isHealthy || Pick(85) ? "up" : _random.GetItems(["down", "unknown"], 1)[0];
            var target = new PrometheusTarget(labels, health, "refused", Interval, Interval)
            {
                Pool = pool,
                Host = shape == 2 ? null : pod.Address,
                Port = shape == 2 ? null : port,
                DiscoveredPod = shape < 3 ? null : pod.Name,
                DiscoveredNamespace = shape < 3 ? null : "db",
            };
            return new DrawnTarget(pod, target, health == "up" ? age : null);
        }

        private IReadOnlyList<ReplicaAnswer<IReadOnlyList<PrometheusTarget>>> Answer(
            Func<IReadOnlyList<PrometheusTarget>, IReadOnlyList<PrometheusTarget>> choose) =>
            [.. _replicas.Select((targets, index) =>
                new ReplicaAnswer<IReadOnlyList<PrometheusTarget>>($"p{index}", choose(ListAll(targets)), null))];

        private static IReadOnlyList<PrometheusTarget> ListAll(List<DrawnTarget> targets) => [.. targets.Select(item => item.Target)];

        /// <summary>What the query for the ages finds: the series of the instances and jobs that it names.</summary>
        private IReadOnlyList<ReplicaAnswer<IReadOnlyList<SampleAge>>> ListSamples(IReadOnlyList<ScrapedPod> scraped)
        {
            var known = scraped.SelectMany(pod => pod.Targets).Select(target => target.Labels).ToList();
            bool IsAsked(PrometheusTarget target) => ((string[])["instance", "job"]).All(label =>
                known.Any(labels => labels[label] == target.Labels[label]));
            return
            [
                .. _replicas.Select((targets, index) => new ReplicaAnswer<IReadOnlyList<SampleAge>>(
                    $"p{index}",
                    [
                        .. targets
                            .Where(item => item.Age is not null && IsAsked(item.Target))
                            .Select(item => new SampleAge(item.Target.Labels, item.Age!.Value)),
                    ],
                    null)),
            ];
        }

        private TargetObjects ToObjects() => new(
            "db",
            [.. _services.Select(service => ReachableService.From(ToService(service)))],
            [.. _services.Select(ToSlice)],
            [.. _pods.Select(pod => MilvusPod.From(ToPod(pod)))]);

        private static JsonElement ToPod(DrawnPod pod)
        {
            var metadata = new JsonObject { ["name"] = pod.Name, ["namespace"] = "db", ["labels"] = ToJson(pod.Labels) };
            if (pod.Phase == "Terminating")
            {
                metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z";
            }

            JsonArray port = pod.PortName is null ? [] : [new JsonObject { ["name"] = pod.PortName, ["containerPort"] = 9091 }];
            return Parse(new JsonObject
            {
                ["metadata"] = metadata,
                ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["ports"] = port }) },
                ["status"] = new JsonObject
                {
                    ["phase"] = pod.Phase == "Terminating" ? "Running" : pod.Phase,
                    ["podIP"] = pod.Address,
                    ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = pod.IsReady ? "True" : "False" }),
                },
            });
        }

        private static JsonElement ToService(DrawnService service) => Parse(new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = service.Name, ["namespace"] = "db", ["labels"] = ToJson(service.Labels) },
            ["spec"] = new JsonObject
            {
                ["selector"] = ToJson(service.Selector),
                ["ports"] = new JsonArray(new JsonObject { ["name"] = service.PortName, ["port"] = 9091 }),
            },
        });

        private JsonElement ToSlice(DrawnService service) => Parse(new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = service.Name,
                ["namespace"] = "db",
                ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = service.Name },
            },
            ["ports"] = new JsonArray(new JsonObject { ["name"] = service.PortName, ["port"] = 9091 }),
            ["endpoints"] = new JsonArray([
                .. _pods.Where(service.LeadsTo).Select(pod => new JsonObject
                {
                    ["addresses"] = new JsonArray(pod.Address),
                    ["conditions"] = new JsonObject { ["ready"] = pod.IsReady },
                    ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["name"] = pod.Name },
                }),
            ]),
        });

        private static LiveMonitor ToMonitor(DrawnMonitor monitor)
        {
            var isPod = monitor.Kind == "PodMonitor";
            JsonObject CreateEndpoint() => monitor.Port == "9091"
                ? new JsonObject { [isPod ? "portNumber" : "targetPort"] = 9091 }
                : new JsonObject { ["port"] = monitor.Port };
            return LiveMonitor.From(
                isPod ? ResourceType.PodMonitor : ResourceType.ServiceMonitor,
                Parse(new JsonObject
                {
                    ["metadata"] = new JsonObject { ["name"] = monitor.Name, ["namespace"] = "monitoring", ["uid"] = monitor.Name },
                    ["spec"] = new JsonObject
                    {
                        ["namespaceSelector"] = new JsonObject
                        {
                            ["matchNames"] = new JsonArray(monitor.SeesNamespace ? "db" : "elsewhere"),
                        },
                        ["selector"] = new JsonObject { ["matchLabels"] = ToJson(monitor.Selector) },
                        [isPod ? "podMetricsEndpoints" : "endpoints"] = new JsonArray(CreateEndpoint()),
                    },
                }))!;
        }

        private static JsonObject ToJson(IReadOnlyDictionary<string, string> labels) =>
            new(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));

        private static JsonElement Parse(JsonObject json) => JsonSerializer.SerializeToElement(json);
    }
}
