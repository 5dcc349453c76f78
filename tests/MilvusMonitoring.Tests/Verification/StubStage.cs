using System.Text.Json.Nodes;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>A cluster with a stack and a Milvus of several pods, and a stand-in for Prometheus that a test fills.</summary>
internal sealed class StubStage : IAsyncDisposable
{
    public const string Own = "serviceMonitor/default/my-release-milvus/0";
    private const string Group = "monitoring.coreos.com/v1";

    private MonitoredAlertmanager? _alertmanager;

    private StubStage(Stage stage, PrometheusStub prometheus) => (Stage, Prometheus) = (stage, prometheus);

    public Stage Stage { get; }

    public PrometheusStub Prometheus { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts it.</summary>
    /// <param name="pods">How many pods the Milvus has.</param>
    /// <param name="isEnabled">Whether the Milvus has its own monitor.</param>
    public static async Task<StubStage> StartAsync(int pods = 1, bool isEnabled = true)
    {
        var stage = new StubStage(await Stage.StartAsync(), await PrometheusStub.StartAsync());
        await stage.Stage.InstalledAsync("-Wait");
        var milvus = new SampleMilvus();
        milvus.PutRecordInto(stage.Stage.Cluster);
        var deployment = milvus.Deployment();
        deployment["spec"]!["replicas"] = pods;
        stage.Stage.Cluster.Put(deployment);
        stage.Stage.Cluster.Put(milvus.Service());
        await stage.Stage.Cluster.WaitForAsync(
            cluster => cluster.List("discovery.k8s.io/v1", "EndpointSlice", "default")
                .SelectMany(slice => slice["endpoints"]?.AsArray() ?? [])
                .Count(endpoint => (bool?)endpoint!["conditions"]?["ready"] is true) == pods,
            Token);
        (await stage.Stage.RunAsync("Grant-PrometheusMilvusAccess -Kubeconfig $c -Confirm:$false")).EnsureNoError();
        (await stage.Stage.RunAsync("Set-MilvusAlertReceiver -Webhook http://127.0.0.1:9/ -Kubeconfig $c")).EnsureNoError();
        stage._alertmanager = await MonitoredAlertmanager.StartAsync(stage.Stage.Cluster, real: false, Token);
        if (isEnabled)
        {
            (await stage.Stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        }

        return stage;
    }

    /// <summary>The pods of the Milvus, with their addresses.</summary>
    public IReadOnlyList<(string Name, string Address)> ListPods() =>
        [
            .. Stage.Cluster.List("v1", "Pod", "default")
                .Select(pod => ((string)pod["metadata"]!["name"]!, (string?)pod["status"]!["podIP"] ?? string.Empty)),
        ];

    /// <summary>Has Prometheus scrape pods.</summary>
    /// <param name="pool">The job.</param>
    /// <param name="pods">The pods; null for all.</param>
    /// <param name="change">Changes a target.</param>
    public void Scrape(string pool, IEnumerable<(string Name, string Address)>? pods = null, Func<StubTarget, StubTarget>? change = null)
    {
        Prometheus.Jobs.Add(pool);
        foreach (var (name, address) in pods ?? ListPods())
        {
            var target = new StubTarget(pool, $"{address}:9091", new Dictionary<string, string>
            {
                ["job"] = "my-release-milvus",
                ["instance"] = $"{address}:9091",
                ["namespace"] = "default",
                ["pod"] = name,
                ["app_kubernetes_io_name"] = "milvus",
                ["app_kubernetes_io_instance"] = "my-release",
            });
            Prometheus.Targets.Add(change?.Invoke(target) ?? target);
        }
    }

    /// <summary>Tests with the stand-in.</summary>
    public async Task<IReadOnlyList<MonitoringCheck>> TestAsync(string more = "") =>
        (await RunAsync(more)).OutputOf<MonitoringCheck>();

    public Task<PowerShellResult> RunAsync(string more = "") =>
        Stage.RunAsync($"Test-MilvusMonitoring my-release -Kubeconfig $c -PrometheusUri {Prometheus.Address} {more}");

    /// <summary>Tests without the stand-in.</summary>
    public async Task<IReadOnlyList<MonitoringCheck>> TestInClusterAsync() =>
        (await Stage.RunAsync("Test-MilvusMonitoring my-release -Kubeconfig $c")).OutputOf<MonitoringCheck>();

    /// <summary>Tests, and asserts that the Milvus is proven to be scraped: all checks of it have passed.</summary>
    public async Task<IReadOnlyList<MonitoringCheck>> ProvesAsync(string more = "")
    {
        var checks = await TestAsync(more);
        Assert.All(checks.Where(check => check is { Instance: not null, Check: not "Rules" }), check =>
            Assert.True(check.Status is CheckStatus.Passed or CheckStatus.Skipped && check.CausedBy is null, $"{check} {check.Remedy}"));
        Assert.Equal(CheckStatus.Passed, Get(checks, "Samples").Status);
        return checks;
    }

    public static MonitoringCheck Get(IReadOnlyList<MonitoringCheck> checks, string check) => checks.Single(item => item.Check == check);

    public void PutMonitor(string kind, string ns, string name, string spec, string labels = "{}") => Stage.Put(
        $$"""
        {"apiVersion":"{{Group}}","kind":"{{kind}}","metadata":{"name":"{{name}}","namespace":"{{ns}}","labels":{{labels}} },"spec":{{spec}} }
        """);

    public void ChangePrometheus(Action<JsonObject> change) =>
        Change(Group, "Prometheus", "monitoring", "k8s", value => change(value["spec"]!.AsObject()));

    public void Change(string apiVersion, string kind, string ns, string name, Action<JsonObject> change)
    {
        var value = Stage.Cluster.Find(apiVersion, kind, ns, name)!;
        value["metadata"]!.AsObject().Remove("managedFields");
        change(value);
        Stage.Cluster.Put(value, "somebody");
    }

    public async ValueTask DisposeAsync()
    {
        if (_alertmanager is not null)
        {
            await _alertmanager.DisposeAsync();
        }

        await Prometheus.DisposeAsync();
        await Stage.DisposeAsync();
    }
}
