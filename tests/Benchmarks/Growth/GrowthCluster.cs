using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Benchmarks.Children;

namespace MilvusMonitoring.Benchmarks.Growth;

/// <summary>
/// A cluster with a stack, many Milvus and much else. Nothing of it runs: the statuses are those of a small cluster whose controllers do.
/// </summary>
internal sealed class GrowthCluster : IAsyncDisposable
{
    public const int PodsOfEach = 20;

    private const int AppNamespaces = 10;
    private const int PrometheusPort = 9090;
    private const int GrafanaPort = 3000;
    private const string Stack = "monitoring";
    private const string Monitoring = "monitoring.coreos.com/v1";

    private static readonly string s_manifests = Path.Combine(BuiltTree.Root, "tests", "Demo", "manifests");

    private static readonly (string ApiVersion, string Kind)[] s_running =
    [
        ("apps/v1", "Deployment"), ("apps/v1", "DaemonSet"), ("apps/v1", "StatefulSet"), ("v1", "Pod"),
        (Monitoring, "Prometheus"), (Monitoring, "Alertmanager"),
    ];

    private MonitoredAlertmanager? _alertmanager;
    private GrafanaStandIn? _grafana;

    private GrowthCluster(Cluster cluster, string kubeconfig) => (Cluster, Kubeconfig) = (cluster, kubeconfig);

    public Cluster Cluster { get; }

    public string Kubeconfig { get; }

    /// <summary>The real Prometheus behind the pods of the stack; null before <see cref="ScrapeAsync"/>.</summary>
    public GrowthPrometheus? Prometheus { get; private set; }

    /// <summary>Starts a cluster of a size, with a stack that is ready.</summary>
    public static async Task<GrowthCluster> StartAsync(
        GrowthSize size, EngineProcess engine, string folder, CancellationToken cancellationToken)
    {
        var options = new ClusterOptions { Controllers = false, WatchHistory = 1 << 17, WatchHistoryBytes = 2L << 30 };
        var cluster = await Cluster.StartAsync(options, cancellationToken);
        var kubeconfig = Path.Combine(folder, $"kubeconfig-{size.Instances}");
        var growth = new GrowthCluster(cluster, kubeconfig);
        try
        {
            await File.WriteAllTextAsync(kubeconfig, cluster.CreateKubeconfig(), cancellationToken);
            await engine.RunAsync($"Install-KubePrometheus -Kubeconfig '{kubeconfig}' -Path '{s_manifests}' | Out-Null", cancellationToken);
            await growth.CopyStatusesAsync(engine, folder, cancellationToken);
            await engine.RunAsync(
                $"Grant-PrometheusMilvusAccess -Kubeconfig '{kubeconfig}' -Confirm:$false | Out-Null; "
                    + $"Set-MilvusAlertReceiver -Webhook http://127.0.0.1:9/ -Kubeconfig '{kubeconfig}' | Out-Null",
                cancellationToken);
            growth.PutOthers(size);
            foreach (var number in Enumerable.Range(0, size.Instances))
            {
                growth.PutMilvus(number);
            }

            growth._alertmanager = await MonitoredAlertmanager.StartAsync(cluster, real: false, cancellationToken);
            return growth;
        }
        catch
        {
            await growth.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has a Prometheus scrape every pod that a monitor of the module selects, and load its rules.</summary>
    public async Task ScrapeAsync(CancellationToken cancellationToken)
    {
        Prometheus = await GrowthPrometheus.StartAsync(Cluster, cancellationToken);
        foreach (var pod in Cluster.List("v1", "Pod", Stack).Select(pod => (string)pod["metadata"]!["name"]!))
        {
            if (pod.StartsWith("prometheus-k8s-", StringComparison.Ordinal))
            {
                Cluster.Backends.ServePod(Stack, pod, PrometheusPort, Prometheus.Endpoint);
            }
        }

        _grafana = await GrafanaStandIn.StartAsync(Prometheus.Address, cancellationToken);
        var grafana = new IPEndPoint(IPAddress.Loopback, _grafana.Address.Port);
        Cluster.Backends.Serve(Stack, "app.kubernetes.io/name=grafana", GrafanaPort, grafana);
    }

    public async ValueTask DisposeAsync()
    {
        if (Prometheus is not null)
        {
            await Prometheus.DisposeAsync();
        }

        if (_grafana is not null)
        {
            await _grafana.DisposeAsync();
        }

        if (_alertmanager is not null)
        {
            await _alertmanager.DisposeAsync();
        }

        await Cluster.DisposeAsync();
    }

    private async Task CopyStatusesAsync(EngineProcess engine, string folder, CancellationToken cancellationToken)
    {
        await using var model = await Cluster.StartAsync(new ClusterOptions(), cancellationToken);
        var kubeconfig = Path.Combine(folder, "kubeconfig-model");
        await File.WriteAllTextAsync(kubeconfig, model.CreateKubeconfig(), cancellationToken);
        await engine.RunAsync(
            $"Install-KubePrometheus -Kubeconfig '{kubeconfig}' -Path '{s_manifests}' -Wait -Timeout 60 | Out-Null",
            cancellationToken);
        foreach (var (apiVersion, kind) in s_running)
        {
            foreach (var item in model.List(apiVersion, kind, Stack))
            {
                var live = Cluster.Find(apiVersion, kind, Stack, (string)item["metadata"]!["name"]!) ?? item.DeepClone().AsObject();
                foreach (var field in (string[])["managedFields", "resourceVersion", "uid"])
                {
                    live["metadata"]!.AsObject().Remove(field);
                }

                live["status"] = item["status"]?.DeepClone();
                Cluster.Put(live);
            }
        }
    }

    private void PutMilvus(int number)
    {
        var milvus = new SampleMilvus { Name = $"milvus-{number}", Namespace = $"vectors-{number}" };
        milvus.PutRecordInto(Cluster);
        var service = milvus.Service();
        Cluster.Put(service);
        var labels = service["spec"]!["selector"]!.AsObject();
        var endpoints = new JsonArray();
        for (var pod = 0; pod < PodsOfEach; pod++)
        {
            var name = $"{milvus.Name}-milvus-standalone-{pod}";
            var address = $"10.{number / 250}.{number % 250}.{pod + 2}";
            Cluster.Put(CreatePod(milvus.Namespace, name, address, labels.DeepClone().AsObject()));
            endpoints.Add(new JsonObject
            {
                ["addresses"] = new JsonArray(address),
                ["conditions"] = new JsonObject { ["ready"] = true, ["serving"] = true, ["terminating"] = false },
                ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["name"] = name, ["namespace"] = milvus.Namespace },
            });
        }

        Cluster.Put(new JsonObject
        {
            ["apiVersion"] = "discovery.k8s.io/v1",
            ["kind"] = "EndpointSlice",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{milvus.Name}-milvus-abcde",
                ["namespace"] = milvus.Namespace,
                ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = $"{milvus.Name}-milvus" },
            },
            ["addressType"] = "IPv4",
            ["endpoints"] = endpoints,
            ["ports"] = new JsonArray(
                new JsonObject { ["name"] = "milvus", ["port"] = 19530, ["protocol"] = "TCP" },
                new JsonObject { ["name"] = "metrics", ["port"] = 9091, ["protocol"] = "TCP" }),
        });
    }

    private void PutOthers(GrowthSize size)
    {
        for (var number = 0; number < AppNamespaces; number++)
        {
            Cluster.Put(Parse($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"apps-{{number}}"} }"""));
        }

        for (var number = 0; number < size.Others; number++)
        {
            var (ns, name) = ($"apps-{number % AppNamespaces}", $"app-{number}");
            var labels = new JsonObject { ["app.kubernetes.io/name"] = "app", ["app.kubernetes.io/instance"] = name };
            Cluster.Put((number % 5) switch
            {
                0 or 1 => CreatePod(ns, name, $"10.200.{number / 250}.{(number % 250) + 2}", labels),
                2 => Parse(
                    $$"""
                    {"apiVersion":"v1","kind":"Service","metadata":{"name":"{{name}}","namespace":"{{ns}}","labels":{"app.kubernetes.io/instance":"{{name}}"} },
                     "spec":{"selector":{"app":"{{name}}"},"ports":[{"name":"http","port":80}]} }
                    """),
                3 => Parse(
                    $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}","namespace":"{{ns}}"},"data":{"settings":"{{new string('x', 500)}}"} }"""),
                _ => Parse(
                    $$"""
                    {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{name}}","namespace":"{{ns}}"},
                     "spec":{"replicas":1,"selector":{"matchLabels":{"app":"{{name}}"} },
                             "template":{"metadata":{"labels":{"app":"{{name}}"} },"spec":{"containers":[{"name":"app","image":"example.com/app:1"}]} } } }
                    """),
            });
        }

        for (var number = 0; number < size.Releases - size.Instances; number++)
        {
            new SampleMilvus { Name = $"app-{number}", Namespace = $"apps-{number % AppNamespaces}", Chart = "app" }.PutRecordInto(Cluster);
        }
    }

    /// <summary>A pod of about 3 KB, as pods of charts have.</summary>
    private static JsonObject CreatePod(string ns, string name, string address, JsonObject labels)
    {
        var environment = new JsonArray([
            .. Enumerable.Range(0, 20).Select(number => new JsonObject
            {
                ["name"] = $"MILVUS_SETTING_{number}",
                ["value"] = $"a value as long as most are {number.ToString(CultureInfo.InvariantCulture)}",
            }),
        ]);
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["labels"] = labels },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = "node-1",
                ["containers"] = new JsonArray(new JsonObject
                {
                    ["name"] = "milvus",
                    ["image"] = "milvusdb/milvus:v2.6.15",
                    ["env"] = environment,
                    ["ports"] = new JsonArray(new JsonObject { ["name"] = "metrics", ["containerPort"] = 9091, ["protocol"] = "TCP" }),
                }),
            },
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["podIP"] = address,
                ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address }),
                ["conditions"] = new JsonArray(
                    new JsonObject { ["type"] = "ContainersReady", ["status"] = "True" },
                    new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
                ["containerStatuses"] = new JsonArray(
                    new JsonObject { ["name"] = "milvus", ["image"] = "milvusdb/milvus:v2.6.15", ["ready"] = true, ["restartCount"] = 0 }),
            },
        };
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}

/// <summary>How much a <see cref="GrowthCluster"/> holds.</summary>
/// <param name="Instances">The Milvus, each of <see cref="GrowthCluster.PodsOfEach"/> pods.</param>
/// <param name="Releases">The Helm releases, those of the Milvus among them.</param>
/// <param name="Others">The objects of others.</param>
internal sealed record GrowthSize(int Instances, int Releases, int Others)
{
    /// <summary>How many there are of what a command reads.</summary>
    public int Count(GrowthUnit unit) => unit switch
    {
        GrowthUnit.Milvus => Instances,
        GrowthUnit.Other => Others,
        _ => 1,
    };
}
