using System.Text.Json.Nodes;
using EmbeddedCluster;
using MilvusMonitoring.Kubernetes;
using MilvusMonitoring.Kubernetes.Connection;
using MilvusMonitoring.Kubernetes.Kubeconfig;
using MilvusMonitoring.Messages;
using MilvusMonitoring.Tests.Commands;
using MilvusMonitoring.Verification;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>Waiting for the chain asks little of the API server, and notices at once what its watches show.</summary>
public sealed class WaitingTests
{
    private const int MostRequests = 120;

    // A minute in two seconds. On a slow machine less is asked for, not more.
    private const int Faster = 30;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_minute_of_waiting_for_a_monitor_takes_few_requests()
    {
        await using var stage = await StartAsync();
        await AssertFewRequestsInAMinuteAsync(stage, "Monitor");
    }

    [Fact]
    public async Task A_minute_of_waiting_for_a_Prometheus_that_does_not_answer_takes_few_requests()
    {
        await using var stage = await StartAsync();
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        await AssertFewRequestsInAMinuteAsync(stage, "Configuration");
    }

    [Fact]
    public async Task A_minute_of_waiting_for_a_target_takes_few_requests()
    {
        await using var proof = await ProofStage.StartAsync();
        proof.Monitored.Milvus.StatusCode = 500;
        await proof.OnlyFailsAsync("Targets", "server returned HTTP status 500");
        await AssertFewRequestsInAMinuteAsync(proof.Stage, "Targets");
    }

    [Fact]
    public async Task A_busy_namespace_does_not_make_it_ask_more()
    {
        await using var stage = await StartAsync();
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var busy = BusyAsync(stage, stop.Token);
        await AssertFewRequestsInAMinuteAsync(stage, "Configuration");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => busy);
    }

    [Fact]
    public async Task What_heals_and_what_breaks_is_seen_by_watches_while_no_pause_ends()
    {
        await using var stage = await StartAsync();
        using var connection = Connect(stage);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sink = new RecordingSink();
        var waiting = Verifier(connection, sink, new EndlessPauses()).WaitAsync(Minute, stop.Token);
        await UntilAsync("Monitor");

        // The watches begin while it is already waiting; what changes before that a pause has to tell.
        await Stage.UntilAsync(() => WatchesRun(stage));
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        await UntilAsync("Configuration");
        Scale(stage, 0);
        await UntilAsync("Operator");
        Scale(stage, 1);
        await UntilAsync("Configuration");

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Task UntilAsync(string link) =>
            Stage.UntilAsync(() =>
                sink.ProgressStatuses.LastOrDefault() is { } status && status.StartsWith($"Waiting for {link} of", StringComparison.Ordinal)
            );
    }

    [Fact]
    public async Task Who_may_not_watch_still_sees_what_heals()
    {
        await using var stage = await StartAsync(new ClusterOptions { Rbac = true });
        stage.Put(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"reads"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["get","list","create"]}]}"""
        );
        stage.Put(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"reads"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"reads"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"reader"}]}"""
        );
        using var connection = Connect(stage, "reader");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sink = new RecordingSink();
        var waiting = Verifier(connection, sink, TimeProvider.System).WaitAsync(TimeSpan.FromMinutes(5), stop.Token);
        await Stage.UntilAsync(() =>
            sink.ProgressStatuses.Any(status => status.StartsWith("Waiting for Monitor of", StringComparison.Ordinal)));
        (await stage.RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        await Stage.UntilAsync(() =>
            sink.ProgressStatuses.Any(status => status.StartsWith("Waiting for Configuration of", StringComparison.Ordinal)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_selection_that_alone_is_checked_again_is_of_the_same_Prometheus()
    {
        await using var stage = await StartAsync();
        using var connection = Connect(stage);
        using var run = new CheckRun(new ClusterClient(connection), new RecordingSink(), new TestRequest { Name = "my-release" });
        await run.RunAsync(CheckRun.All, Token);

        var checks = await run.RunAsync(CheckTable.ListAffected([CheckId.Selection]), Token);

        Assert.Equal("Prometheus/monitoring/k8s", checks.Single(check => check.Check == CheckId.Selection).Target);
        Assert.NotNull(run.Cluster.Prometheus);
    }

    private static async Task AssertFewRequestsInAMinuteAsync(Stage stage, string broken)
    {
        using var connection = Connect(stage);
        stage.Cluster.Requests.Clear();
        var checks = await Verifier(connection, new RecordingSink(), new FasterTime(Faster)).WaitAsync(Minute, Token);
        Assert.Equal(broken, Proof.ListBroken(checks)[0]);
        var requests = stage.Cluster.Requests.All.Select(request => $"{request.Method} {request.Path.Split('?')[0]}").ToList();
        Assert.True(
            requests.Count is > 0 and < MostRequests,
            string.Join('\n', requests.CountBy(request => request).OrderByDescending(item => item.Value).Prepend(new("all", requests.Count))));
    }

    private static async Task BusyAsync(Stage stage, CancellationToken token)
    {
        for (var number = 0; ; number++)
        {
            stage.Put(
                new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Service",
                    ["metadata"] = new JsonObject
                    {
                        ["name"] = "busy",
                        ["namespace"] = "default",
                        ["labels"] = new JsonObject { ["number"] = $"{number}" },
                    },
                    ["spec"] = new JsonObject
                    {
                        ["clusterIP"] = "None",
                        ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["name"] = "web" }),
                    },
                }.ToJsonString());
            await Task.Delay(5, token);
        }
    }

    private static bool WatchesRun(Stage stage) =>
        stage.Cluster.Requests.All.Any(request => request.Path.Contains("/servicemonitors?limit=1", StringComparison.Ordinal))
        && stage.Cluster.Requests.All.Any(request => request.Path.Contains("/deployments?limit=1&", StringComparison.Ordinal));

    private static void Scale(Stage stage, int replicas)
    {
        var value = stage.Cluster.Find("apps/v1", "Deployment", "monitoring", "prometheus-operator")!;
        value["metadata"]!.AsObject().Remove("managedFields");
        value["spec"]!["replicas"] = replicas;
        stage.Cluster.Put(value, "somebody");
    }

    private static ClusterConnection Connect(Stage stage, string? user = null) =>
        ClusterConnection.Open(new ClusterTarget(user is null ? stage.Kubeconfig : stage.WriteKubeconfig(user), null), new RecordingSink());

    private static Verifier Verifier(ClusterConnection connection, IActivitySink sink, TimeProvider time) =>
        new(new ClusterClient(connection), sink, new TestRequest { Name = "my-release", Namespace = "default" }, time);

    private static async Task<Stage> StartAsync(ClusterOptions? options = null)
    {
        var stage = await Stage.StartAsync(options);
        await stage.InstalledAsync("-Wait");
        new SampleMilvus().PutInto(stage.Cluster);
        await stage.Cluster.WaitForAsync(
            cluster =>
                cluster
                    .List("discovery.k8s.io/v1", "EndpointSlice", "default")
                    .SelectMany(slice => slice["endpoints"]?.AsArray() ?? [])
                    .Any(endpoint => (bool?)endpoint!["conditions"]?["ready"] is true),
            Token);
        (await stage.RunAsync("Grant-PrometheusMilvusAccess -Kubeconfig $c -Confirm:$false")).EnsureNoError();
        return stage;
    }
}
