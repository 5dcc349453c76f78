using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Commands;

namespace MilvusMonitoring.Tests.Commands;

/// <summary>Ctrl+C: the command returns within 2 s, what was done is recorded, and the next run goes on from there.</summary>
/// <remarks>Nothing here would end by itself within minutes, so that a bound holds that also a busy machine keeps.</remarks>
public sealed class StopTests
{
    private const string Inventory = "/configmaps/milvus-monitoring-kube-prometheus";

    /// <summary>The checks of one run ask two replicas twice, and Grafana: more show that the command waits.</summary>
    private const int OneRun = 6;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void No_command_waits_for_more_than_2_s_but_one_that_runs_helm() =>
        Assert.All(
            typeof(AsyncCommand).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(AsyncCommand)) && !type.IsAbstract),
            type =>
                Assert.InRange(
                    LongestStop((AsyncCommand)RuntimeHelpers.GetUninitializedObject(type)),
                    TimeSpan.FromSeconds(0.5),
                    TimeSpan.FromSeconds(2)));

    [Fact]
    public async Task While_waiting_for_a_definition()
    {
        const string Definition = "servicemonitors.monitoring.coreos.com";
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Readiness.Never("CustomResourceDefinition", name: Definition);
        var installing = stage.InstallAsync();
        await stage.Cluster.WaitForAsync(
            cluster => cluster.Find("apps/v1", "Deployment", "monitoring", "grafana") is not null
                && cluster.Find("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, Definition) is not null,
            TestContext.Current.CancellationToken);

        await StopAsync(stage, installing);

        await AssertRecordedAsync(stage);
        stage.Cluster.Remove("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, Definition, atOnce: true);
        stage.Cluster.Readiness.Set("CustomResourceDefinition", TimeSpan.FromMilliseconds(20), name: Definition);
        await stage.InstalledAsync();
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_requests_hang(bool recordingHangsToo)
    {
        await using var stage = await Stage.StartAsync();
        var hanging = stage.Cluster.Faults.Add("PATCH", "/deployments/", Fault.Hang, times: null);
        if (recordingHangsToo)
        {
            stage.Cluster.Faults.Add("PATCH", Inventory, Fault.Hang, skip: 1, times: null);
        }

        var installing = stage.InstallAsync();
        await Stage.UntilAsync(() => hanging.Taken > 0);

        await StopAsync(stage, installing);

        await AssertRecordedAsync(stage);
        stage.Cluster.Faults.Clear();
        await stage.InstalledAsync();
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Fact]
    public async Task While_the_plan_is_read()
    {
        await using var stage = await Stage.StartAsync();
        var hanging = stage.Cluster.Faults.Add("GET", "*/apis", Fault.Hang, times: null);
        var installing = stage.InstallAsync();
        await Stage.UntilAsync(() => hanging.Taken > 0);

        await StopAsync(stage, installing);

        Assert.Empty(stage.Cluster.Requests.Writes);
    }

    [Fact]
    public async Task While_waiting_for_readiness()
    {
        await using var stage = await Stage.StartAsync();
        stage.Cluster.Readiness.Never("Deployment", "monitoring", "grafana");
        var installing = stage.InstallAsync("-Wait -Timeout 60");
        await Stage.UntilAsync(() =>
            stage.Cluster.Requests.Writes.Count(request => request.Path.Contains(Inventory, StringComparison.Ordinal)) == 2);

        await StopAsync(stage, installing);

        stage.Cluster.Requests.Clear();
        var again = await stage.InstalledAsync();
        Assert.Equal(again.Resources.Count, again.Unchanged);
        Assert.Empty(stage.Cluster.Requests.Writes);
        await StackState.AssertCompleteAsync(stage.Cluster);
    }

    [Fact]
    public async Task While_an_uninstallation_waits()
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync();
        var prometheus = stage.Cluster.Find("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s")!;
        prometheus["metadata"]!["finalizers"] = new System.Text.Json.Nodes.JsonArray("example.com/hold");
        stage.Cluster.Put(prometheus, "somebody");
        var uninstalling = stage.UninstallAsync();
        await stage.Cluster.WaitForAsync(
            cluster =>
                cluster.Find("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s")!["metadata"]!["deletionTimestamp"] is not null,
            TestContext.Current.CancellationToken);

        await StopAsync(stage, uninstalling);

        stage.Cluster.Remove("monitoring.coreos.com/v1", "Prometheus", "monitoring", "k8s", atOnce: true);
        (await stage.UninstallAsync()).EnsureNoError();
        Assert.Null(stage.Cluster.Find("v1", "Namespace", null, "monitoring"));
    }

    [Fact]
    public async Task While_a_credential_plugin_hangs_which_ends_with_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        await using var stage = await Stage.StartAsync();
        var started = Path.Combine(stage.Folder, "pid");
        var installing = stage.InstallAsync(
            kubeconfig: stage.WriteExecKubeconfig($"echo $$ > {started}.new; mv {started}.new {started}; exec sleep 600\n"));
        await Stage.UntilAsync(() => File.Exists(started));
        var plugin = int.Parse(
            await File.ReadAllTextAsync(started, TestContext.Current.CancellationToken),
            System.Globalization.CultureInfo.InvariantCulture);

        await StopAsync(stage, installing);

        await Stage.UntilAsync(() => !Process.GetProcesses().Any(process => process.Id == plugin));
    }

    [Theory]
    [InlineData("-Wait")]
    [InlineData("-PrometheusUri $uri")]
    public async Task While_monitoring_is_tested(string parameters)
    {
        await using var stage = await Stage.StartAsync();
        await stage.InstalledAsync("-Wait");
        new SampleMilvus().PutInto(stage.Cluster);
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        var asked = 0;
        await using var prometheus = await LoopbackServer.StartAsync(
            async context =>
            {
                Interlocked.Increment(ref asked);
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            },
            TestContext.Current.CancellationToken);
        stage.Cluster.Requests.Clear();
        var testing = stage.RunAsync($"$uri = '{prometheus.Address}'; Test-MilvusMonitoring my-release -Kubeconfig $c {parameters}");
        await Stage.UntilAsync(() => asked > 0 || PortForwards(stage) > OneRun);

        await StopAsync(stage, testing);
    }

    private static TimeSpan LongestStop(AsyncCommand command) =>
        (TimeSpan)typeof(AsyncCommand).GetProperty("LongestStop", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(command)!;

    private static int PortForwards(Stage stage) =>
        stage.Cluster.Requests.All.Count(request => request.Path.Contains("/portforward?", StringComparison.Ordinal));

    private static async Task StopAsync(Stage stage, Task<PowerShellResult> running)
    {
        var clock = Stopwatch.StartNew();
        await stage.Session.StopAsync();
        var result = await running;
        Assert.True(result.Stopped);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Limit);
        Assert.Empty(result.Errors);
    }

    /// <summary>Everything that was applied is known to the inventory, by its name if not by its UID.</summary>
    private static async Task AssertRecordedAsync(Stage stage)
    {
        var known = Assert.Single(await stage.GetAsync()).Resources.ToDictionary(resource => resource.ToString());
        var applied = stage
            .Cluster.Requests.Writes.Where(request =>
                request.Status is 200 or 201 && !request.Path.Contains(Inventory, StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(applied);
        Assert.All(applied, request =>
            Assert.Contains(known.Values, resource =>
                request.Path.Contains($"/{resource.Name}?", StringComparison.Ordinal) && resource.Drift != "missing"));
    }
}
