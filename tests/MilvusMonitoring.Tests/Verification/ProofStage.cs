using System.Text.Json.Nodes;
using EmbeddedCluster;
using EmbeddedCluster.Monitoring;
using MilvusMonitoring.Tests.Commands;

namespace MilvusMonitoring.Tests.Verification;

/// <summary>
/// A cluster with kube-prometheus, a Milvus that is monitored, and real Prometheus servers that scrape it: all links hold until a test
/// breaks one.
/// </summary>
internal sealed class ProofStage : IAsyncDisposable
{
    public const string MonitorName = "my-release-milvus-standalone";
    private const string Group = "monitoring.coreos.com/v1";

    private ProofStage(Stage stage) => Stage = stage;

    public Stage Stage { get; }

    public Cluster Cluster => Stage.Cluster;

    public MonitoredCluster Monitored { get; private set; } = null!;

    /// <summary>Whether all links were seen to hold since one was last seen broken.</summary>
    public bool IsWhole { get; private set; } = true;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts it; what is left to the test to enable is not enabled.</summary>
    public static async Task<ProofStage> StartAsync(int servers = 1, bool enabled = true, bool granted = true)
    {
        Assert.SkipWhen(MonitoredCluster.Missing is not null, MonitoredCluster.Missing ?? string.Empty);
        var proof = new ProofStage(await Stage.StartAsync(new ClusterOptions { Rbac = true }));
        try
        {
            await proof.FillAsync(servers, enabled, granted);
            return proof;
        }
        catch
        {
            await proof.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a script in which <c>$c</c> is the kubeconfig.</summary>
    public Task<PowerShellResult> RunAsync(string script, string? kubeconfig = null) => Stage.RunAsync(script, kubeconfig);

    /// <summary>Tests once.</summary>
    public async Task<IReadOnlyList<MonitoringCheck>> TestAsync(string more = "", string? kubeconfig = null) =>
        (await RunAsync($"Test-MilvusMonitoring my-release -Kubeconfig $c {more}", kubeconfig)).OutputOf<MonitoringCheck>();

    /// <summary>Waits until everything passes.</summary>
    public async Task PassesAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Limits.Wait);
        var checks = await TestAsync("-Wait -Timeout 90s");

        // A Prometheus finds its Alertmanagers some seconds after its start, and nothing waits for a warning.
        while (checks.Any(check => check is { Check: "Alerting", Status: CheckStatus.Warning }) && !limit.IsCancellationRequested)
        {
            await Task.Delay(100, Token);
            checks = await TestAsync();
        }

        Assert.All(checks, check => Assert.True(check.Status == CheckStatus.Passed || IsNotAskedFor(check), check.ToString()));
        IsWhole = true;
    }

    /// <summary>Waits until exactly one link has failed, and the others pass or follow from it.</summary>
    /// <param name="link">The link.</param>
    /// <param name="detail">What its detail contains, where it comes to that by and by.</param>
    public async Task<MonitoringCheck> OnlyFailsAsync(string link, string detail = "")
    {
        IsWhole = false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Limits.Wait);
        while (true)
        {
            var checks = await TestAsync();
            var broken = checks
                .Where(check => check.Status is not CheckStatus.Passed && check.CausedBy != link && !IsNotAskedFor(check))
                .ToList();
            if (
                broken is [{ Status: CheckStatus.Failed } only]
                && only.Check == link
                && only.Detail.Contains(detail, StringComparison.Ordinal))
            {
                Assert.NotNull(only.Remedy);
                return only;
            }

            Assert.False(limit.IsCancellationRequested, string.Join('\n', checks));
            await Task.Delay(100, Token);
        }
    }

    /// <summary>Runs a remedy as it stands.</summary>
    public async Task MendAsync(MonitoringCheck check) => (await Stage.Session.InvokeAsync(check.Remedy!)).EnsureNoError();

    /// <summary>Changes the Prometheus resource.</summary>
    public void ChangePrometheus(Action<JsonObject> change) =>
        Change(Group, "Prometheus", "monitoring", "k8s", value => change(value["spec"]!.AsObject()));

    /// <summary>Changes an object behind the clients' backs.</summary>
    public void Change(string apiVersion, string kind, string ns, string name, Action<JsonObject> change)
    {
        var value = Cluster.Find(apiVersion, kind, ns, name)!;
        value["metadata"]!.AsObject().Remove("managedFields");
        change(value);
        Cluster.Put(value, "somebody");
    }

    /// <summary>The name of the only pod of Milvus.</summary>
    public string Pod() => (string)Assert.Single(Cluster.List("v1", "Pod", "default"))["metadata"]!["name"]!;

    public async ValueTask DisposeAsync()
    {
        if (Monitored is not null)
        {
            await Monitored.DisposeAsync();
        }

        await Stage.DisposeAsync();
    }

    /// <summary>Whether a warning says that alerts or dashboards were not asked for.</summary>
    private static bool IsNotAskedFor(MonitoringCheck check) => check is { Check: "Rules" or "Dashboard", Status: CheckStatus.Warning };

    private async Task FillAsync(int servers, bool enabled, bool granted)
    {
        var stack = await Stage.InstalledAsync("-Wait");
        Assert.True(stack.Ready);
        new SampleMilvus
        {
            Values = JsonNode
                .Parse("""{"cluster":{"enabled":false},"metrics":{"serviceMonitor":{"interval":"1s","scrapeTimeout":"1s"}}}""")!
                .AsObject(),
        }.PutInto(Cluster);
        await Cluster.WaitForAsync(
            cluster =>
                cluster
                    .List("discovery.k8s.io/v1", "EndpointSlice", "default")
                    .SelectMany(slice => slice["endpoints"]?.AsArray() ?? [])
                    .Any(endpoint => (bool?)endpoint!["conditions"]?["ready"] is true),
            Token);
        if (granted)
        {
            (await RunAsync("Grant-PrometheusMilvusAccess -Kubeconfig $c -Confirm:$false")).EnsureNoError();
        }

        if (enabled)
        {
            (await RunAsync("Enable-MilvusServiceMonitor my-release -Kubeconfig $c")).EnsureNoError();
        }

        (await RunAsync("Set-MilvusAlertReceiver -Webhook http://127.0.0.1:9/ -Kubeconfig $c")).EnsureNoError();
        Monitored = await MonitoredCluster.StartAsync(Cluster, servers, Token);
    }
}
